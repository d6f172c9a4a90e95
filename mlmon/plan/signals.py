"""Signals: canonical measurements of a service and how each backend has them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Op = Literal["=", "!=", "=~", "!~"]

_FIFTEEN_DIGITS: Final = Context(prec=15)


@dataclass(frozen=True)
class Matcher:
    """One label matcher of a Prometheus selector; `value` is raw text, quoted when rendered."""

    label: str
    op: Op
    value: str


@dataclass(frozen=True)
class Series:
    """A Prometheus metric name and the matchers that select its series."""

    metric: str
    matchers: tuple[Matcher, ...]


@dataclass(frozen=True)
class PrometheusBinding:
    """How Prometheus has a signal. Several `series` are counted together; value x `scale` is in the signal's unit.

    `count_first_samples` says that a series which appears on a scraped target has counted from zero; off for exporters
    that drop idle series and show them again with their old value. A `native` histogram has no bucket series.
    """

    series: tuple[Series, ...]
    scale: Decimal = Decimal(1)
    labels: tuple[tuple[str, str], ...] = ()
    buckets: tuple[Decimal, ...] = ()
    count_first_samples: bool = True
    native: bool = False

    def label(self, canonical: str) -> str:
        """Return the metric's name of a canonical label; labels without an own name are called the same."""
        return dict(self.labels).get(canonical, canonical)


@dataclass(frozen=True)
class CloudWatchBinding:
    """How CloudWatch has a signal: one exact dimension set, its unit, and what it publishes when idle.

    The metrics in `plus` share all of that and are counted together with `metric`.
    """

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str
    statistic: str
    idle: Literal["zero", "silent", "steady"]
    scale: Decimal = Decimal(1)
    plus: tuple[str, ...] = ()
    region: str | None = None
    """The only region that has the metrics; no alarm reads another region's."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of all metrics, the leading one first."""
        return (self.metric, *self.plus)

    def native(self, value: Decimal) -> Decimal:
        """Convert a number in the signal's unit into the metric's; a scale such as 0.01 / 96 leaves no noise behind."""
        rounded = _FIFTEEN_DIGITS.divide(value, self.scale)
        return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


@dataclass(frozen=True)
class Signal:
    """A canonical measurement, such as `requests`, as one component of a service provides it.

    One that is `builtin` exists without code of the service's own, such as `up`.
    """

    name: str
    component: str
    kind: Literal["counter", "gauge", "histogram", "timestamp"]
    unit: str
    help: str
    source: str
    enabled_by: str = ""
    builtin: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    prometheus: PrometheusBinding | None = None
    cloudwatch: CloudWatchBinding | None = None

    def on(self, backend: str) -> bool:
        """Tell whether a backend (`prometheus`, `cloudwatch`) has this signal."""
        return getattr(self, backend) is not None

    def names_labels(self, labels: Iterable[str]) -> bool:
        """Tell whether its Prometheus binding gives every one of these canonical labels a name of the metric's own."""
        named = dict(self.prometheus.labels) if self.prometheus else {}
        return all(label in named for label in labels)
