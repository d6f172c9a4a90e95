"""Quantities over hours and days: where a gauge is heading, how long runs take against usual, what is used up.

All of them exist on Prometheus only, which keeps the samples that they look back on.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from mlmon.plan.quantities import DAY, TWO_WEEKS, NonNegative, PrometheusOnly
from mlmon.plan.signals import Signal
from mlmon.units import Duration

SIX_HOURS = Duration(Decimal(6 * 3600))


@dataclass(frozen=True, kw_only=True)
class Trend(PrometheusOnly, NonNegative):
    """A gauge along the straight line through its samples of the window.

    A series counts only when it is older than the window by a sixth, so that a process which loads its model is no
    leak, and only while it still moves in the last third, so that one step up is none either.
    """

    window: Duration = SIX_HOURS

    @property
    def recent(self) -> Duration:
        """The last third of the window."""
        return Duration(self.window.seconds / 3)

    @property
    def age(self) -> Duration:
        """How old a series has to be."""
        return Duration(self.window.seconds + self.window.seconds / 6)


@dataclass(frozen=True, kw_only=True)
class Slope(Trend):
    """How much a gauge grows within an hour, the fastest of its series; nothing while it does not grow."""

    form: ClassVar[str] = "slope"
    signal: Signal


class TimeUntil(Trend):
    """Seconds until something is used up at the rate of the window; nothing while it is not being used up."""

    @property
    def unit(self) -> str:
        """Seconds."""
        return "seconds"


@dataclass(frozen=True, kw_only=True)
class TimeToZero(TimeUntil):
    """Seconds until a gauge of what is left reaches 0, such as free memory or disk; the soonest of its series."""

    form: ClassVar[str] = "time_to_zero"
    left: Signal


@dataclass(frozen=True, kw_only=True)
class TimeToFull(TimeUntil):
    """Seconds until one gauge reaches another, such as memory its limit; nothing where the limit is 0."""

    form: ClassVar[str] = "time_to_full"
    used: Signal
    limit: Signal


@dataclass(frozen=True, kw_only=True)
class Slowdown(PrometheusOnly, NonNegative):
    """How far the mean of the window (total per event) is above that of the two weeks before it, as a share of that.

    Unlike the growth of a gauge it needs no recording: the counters of both stretches are there.
    """

    form: ClassVar[str] = "slowdown"
    total: Signal
    count: Signal
    over: Duration = TWO_WEEKS
    window: Duration = DAY

    @property
    def unit(self) -> str:
        """A ratio, which may exceed 1."""
        return "ratio"


@dataclass(frozen=True, kw_only=True)
class Hours(PrometheusOnly, NonNegative):
    """What a gauge adds up to within the window: GPUs in use make GPU hours. While there is no series, nothing.

    `idle` adds up what is missing to 1, such as a GPU's utilisation. `price` turns an hour into money, and `budget`
    the money into a share of what may be spent within the window.
    """

    form: ClassVar[str] = "hours"
    signal: Signal
    what: Literal["used", "idle"] = "used"
    price: Decimal | None = None
    budget: Decimal | None = None
    window: Duration = DAY

    @property
    def factor(self) -> Decimal:
        """An hour of 1 times this is in the quantity's unit."""
        return (self.price or Decimal(1)) / (self.budget or Decimal(1))

    @property
    def unit(self) -> str:
        """A ratio of the budget, else money, else hours."""
        if self.budget is not None:
            return "ratio"
        return "usd" if self.price is not None else "hours"
