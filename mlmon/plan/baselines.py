"""Quantities that compare a signal with its own past, and how far back each of them looks.

They read recordings, not raw series: a baseline over weeks must survive a change of the raw series' labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from mlmon.plan.quantities import HOUR, TWO_WEEKS, NonNegative, ShareOfOne
from mlmon.plan.signals import Signal
from mlmon.units import Duration

TWO_HOURS = Duration(Decimal(2 * 3600))


@dataclass(frozen=True, kw_only=True)
class Shift(NonNegative):
    """Distance of a gauge from the same hour a week ago, in standard deviations of the week before that hour.

    The deviation is never taken for less than `floor` times the gauge's size a week ago: an output that was all but
    constant would turn rounding into an alarm. There is no distance from a week of nothing but zero.
    """

    form: ClassVar[str] = "shift"
    signal: Signal
    floor: Decimal
    window: Duration = HOUR

    @property
    def unit(self) -> str:
        """Standard deviations."""
        return "sigma"


@dataclass(frozen=True, kw_only=True)
class Decline(ShareOfOne):
    """How far a gauge is below its own median of the two weeks before yesterday, as a share of that median.

    The median follows a lasting drop after a week only, and lags a slow decay by a week. `window` spans two hours
    because values that are written once an hour come late at times.
    """

    form: ClassVar[str] = "decline"
    signal: Signal
    over: Duration = TWO_WEEKS
    window: Duration = TWO_HOURS


@dataclass(frozen=True, kw_only=True)
class Growth(NonNegative):
    """How far a gauge is above its own median of the two weeks before yesterday, as a share of that median."""

    form: ClassVar[str] = "growth"
    signal: Signal
    over: Duration = TWO_WEEKS
    window: Duration = TWO_HOURS

    @property
    def unit(self) -> str:
        """A ratio, which may exceed 1."""
        return "ratio"


@dataclass(frozen=True, kw_only=True)
class Seasonal(ShareOfOne):
    """Traffic as a share of its median at this hour of the last three weeks; nothing where that is below `floor`."""

    form: ClassVar[str] = "seasonal"
    signal: Signal
    floor: Decimal
    window: Duration = HOUR
