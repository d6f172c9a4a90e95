"""Metrics on a registry, made once, with label values that cannot grow without end."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary

MAX_LABEL_VALUES = 1000
"""Different values of one label; any further one is counted as `other`."""

_Metric = TypeVar("_Metric", Counter, Gauge, Histogram, Summary)
_LOCK = threading.Lock()


def _timestamp(moment: datetime | float | None) -> float:
    """Return a moment as Unix time; None is now."""
    if isinstance(moment, datetime):
        return moment.timestamp()
    return time.time() if moment is None else float(moment)


class _Metrics:
    """The metrics of one component on one registry."""

    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        self.registry = registry
        self.version = version
        self._values: dict[str, set[str]] = {}
        self._versioned: set[tuple[Gauge, tuple[str, ...]]] = set()

    def _metric(
        self,
        kind: type[_Metric],
        name: str,
        documentation: str,
        labels: Sequence[str] = (),
        **options: Any,
    ) -> _Metric:
        # Kept on the registry, where a second copy of this module finds it: after a
        # reload the same name would be registered again, which is an error.
        key = (kind, name, tuple(labels), repr(options))
        with _LOCK:
            made = self.registry.__dict__.setdefault("_mlmon_metrics", {})
            if key not in made:
                options["registry"] = self.registry
                made[key] = kind(name, documentation, labels, **options)
            return cast("_Metric", made[key])

    def _bounded(self, label: str, value: object) -> str:
        """Return a label's value, or `other` if there are too many different ones."""
        text = str(value)
        with _LOCK:
            known = self._values.setdefault(label, set())
            if text not in known and len(known) >= MAX_LABEL_VALUES:
                return "other"
            known.add(text)
        return text

    def _set_for_version(self, gauge: Gauge, labels: list[str], value: float) -> None:
        with _LOCK:
            self._versioned.add((gauge, tuple(labels)))
        gauge.labels(*labels).set(value)

    def _change_version(self, version: str) -> None:
        # In multiprocess mode the gauges of the old version stay until a restart.
        with _LOCK:
            self.version = version
            old, self._versioned = self._versioned, set()
        for gauge, labels in old:
            with suppress(KeyError), warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                gauge.remove(*labels)
