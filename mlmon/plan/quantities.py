"""Quantities: what is computed from signals before it is compared, as a closed set of small frozen forms.

A pack writes a quantity as its form's name, the signals, and options: `{ratio: [errors, requests], window: 5m}`.
A new form is one class here and one renderer per backend that can compute it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal

from mlmon.plan.signals import Signal
from mlmon.units import Duration

FIVE_MINUTES = Duration(Decimal(300))
HOUR = Duration(Decimal(3600))
DAY = Duration(Decimal(86400))
WEEK = Duration(Decimal(604800))
TWO_WEEKS = Duration(Decimal(2 * 604800))


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number over time, or one for each value of the canonical labels `by`; `window` is what rates look back on."""

    form: ClassVar[str] = ""
    by: tuple[str, ...] = ()
    window: Duration = FIVE_MINUTES

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """The signals it reads, the leading one first."""
        return tuple(value for item in fields(self) if isinstance(value := getattr(self, item.name), Signal))

    @property
    def unit(self) -> str:
        """Unit of the number."""
        return self.signals[0].unit

    @property
    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """The values it can take; a threshold outside them would never or always fire."""
        return self.signals[0].low, self.signals[0].high

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for quantities that a reader would call the same, whatever their window and grouping."""
        own = [(item.name, getattr(self, item.name)) for item in fields(self) if item.name not in {"by", "window"}]
        return (self.form, *own)

    def on(self, backend: str) -> bool:
        """Tell whether every signal it reads exists on the backend."""
        return all(signal.on(backend) for signal in self.signals)


class ShareOfOne(Quantity):
    """A number between 0 and 1."""

    @property
    def unit(self) -> str:
        """A ratio."""
        return "ratio"

    @property
    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """From 0 to 1."""
        return Decimal(0), Decimal(1)


class NonNegative(Quantity):
    """A number that cannot fall below 0."""

    @property
    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """From 0 upwards."""
        return Decimal(0), None


class PrometheusOnly(Quantity):
    """A quantity that no other backend computes."""

    def on(self, backend: str) -> bool:
        """Tell whether the backend is Prometheus and has every signal."""
        return backend == "prometheus" and super().on(backend)


@dataclass(frozen=True, kw_only=True)
class Rate(Quantity):
    """Events per second of a counter."""

    form: ClassVar[str] = "rate"
    signal: Signal

    @property
    def unit(self) -> str:
        """Such as requests_per_second."""
        return f"{self.signal.unit}_per_second"


@dataclass(frozen=True, kw_only=True)
class Increase(Quantity):
    """Events of a counter within the window; `rounded` where they are few, since Prometheus extrapolates 3 to 3.02.

    `existing` leaves out series that were born within the window: their first event shows in no increase.
    """

    form: ClassVar[str] = "increase"
    signal: Signal
    rounded: bool = False
    existing: bool = False


@dataclass(frozen=True, kw_only=True)
class Ratio(ShareOfOne):
    """Share of `whole` events that are `part` events; nothing while there are none at all."""

    form: ClassVar[str] = "ratio"
    part: Signal
    whole: Signal


@dataclass(frozen=True, kw_only=True)
class Quantile(Quantity):
    """A quantile of a histogram, estimated within its buckets."""

    form: ClassVar[str] = "quantile"
    signal: Signal
    q: Decimal


@dataclass(frozen=True, kw_only=True)
class Buckets(PrometheusOnly):
    """Observations per second in each bucket of a histogram, by its bound `le` in the metric's own unit: a heatmap.

    CloudWatch does not hand out the buckets of a distribution.
    """

    form: ClassVar[str] = "buckets"
    signal: Signal


@dataclass(frozen=True, kw_only=True)
class Mean(Quantity):
    """Total of one counter per event of another, such as time per request."""

    form: ClassVar[str] = "mean"
    total: Signal
    count: Signal


@dataclass(frozen=True, kw_only=True)
class Level(Quantity):
    """A gauge, aggregated over its series; `over` smooths it first so that one sample cannot reset an alert."""

    form: ClassVar[str] = "level"
    signal: Signal
    aggregate: Literal["max", "min", "avg", "sum"] = "max"
    over: Duration | None = None
    smooth: Literal["avg", "max", "min", "last"] = "avg"


@dataclass(frozen=True, kw_only=True)
class Fraction(ShareOfOne):
    """A gauge as a share of itself and the rest: used / (used + free)."""

    form: ClassVar[str] = "fraction"
    part: Signal
    rest: Signal


@dataclass(frozen=True, kw_only=True)
class Missing(ShareOfOne):
    """What is missing of a whole: 1 - present / whole, such as memory in use from what is available."""

    form: ClassVar[str] = "missing"
    present: Signal
    whole: Signal


@dataclass(frozen=True, kw_only=True)
class Share(NonNegative):
    """One gauge divided by another, such as current by maximum."""

    form: ClassVar[str] = "share"
    part: Signal
    whole: Signal

    @property
    def unit(self) -> str:
        """A ratio, which may exceed 1."""
        return "ratio"


@dataclass(frozen=True, kw_only=True)
class PerRate(NonNegative):
    """A gauge per event and second of a counter: requests in flight per request and second, or processes per core.

    All modes of a core together spend one second per second, so the rate of CPU time is the number of cores.
    """

    form: ClassVar[str] = "per_rate"
    level: Signal
    counter: Signal

    @property
    def unit(self) -> str:
        """That of the level; what costs so much an hour costs so much for each of what an hour brings."""
        return self.level.unit.removesuffix("_per_hour")


@dataclass(frozen=True, kw_only=True)
class Gap(Quantity):
    """How far a gauge is short of another: wanted - present."""

    form: ClassVar[str] = "gap"
    wanted: Signal
    present: Signal


@dataclass(frozen=True, kw_only=True)
class Variants(Quantity):
    """How many values of a label take part in a counter's events, such as model versions serving traffic."""

    form: ClassVar[str] = "variants"
    signal: Signal
    label: str

    @property
    def unit(self) -> str:
        """A count."""
        return "count"
