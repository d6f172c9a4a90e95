"""What hands the results of a job over to Prometheus."""

from __future__ import annotations

from typing import ClassVar

from prometheus_client import pushadd_to_gateway, write_to_textfile

from mlmon.targets.instrumentation.runtime.core import _Metrics


class _Job(_Metrics):
    """A job that ends, or sleeps, before anybody could scrape it."""

    _grouping: ClassVar[dict[str, str]]

    def push(self, gateway: str, timeout: float = 30.0) -> None:
        """Send what has been set to a Pushgateway, such as `pushgateway:9091`.

        It is scraped with `honor_labels: true`. What this run has not set keeps the
        value that the gateway has. Raises OSError when the gateway does not take it.
        """
        grouping = dict(self._grouping)
        pushadd_to_gateway(
            gateway,
            job=grouping.pop("job"),
            registry=self.registry,
            grouping_key=grouping,
            timeout=timeout,
        )

    def write(self, path: str) -> None:
        """Write what has been set to a file that the node exporter reads (textfile)."""
        write_to_textfile(path, self.registry)
