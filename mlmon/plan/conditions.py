"""Conditions: when an alert fires, as a small frozen tree over quantities and signals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from mlmon.plan.quantities import HOUR, Increase, Quantity, Ratio
from mlmon.plan.signals import Signal
from mlmon.units import Duration

if TYPE_CHECKING:
    from mlmon.plan.slo import BurnTier, Notice, Slo


@dataclass(frozen=True)
class Compare:
    """A quantity beyond a threshold, in the quantity's unit; strictly, so that the threshold itself is healthy.

    A ratio may ask for `at_least` so many events of its part within its window, too: of three requests one that fails
    is a third, and tells nothing yet.
    """

    quantity: Quantity
    op: Literal["above", "below"]
    threshold: Decimal
    at_least: int | None = None

    @property
    def counted(self) -> Increase | None:
        """What has to be `at_least` so many: the events of a ratio's part; None where any number will do."""
        item = self.quantity
        if self.at_least is None or not isinstance(item, Ratio):
            return None
        return Increase(signal=item.part, by=item.by, window=item.window)

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals it reads."""
        return self.quantity.signals


@dataclass(frozen=True)
class Absent:
    """A signal of which no series exists."""

    signal: Signal

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signal."""
        return (self.signal,)


@dataclass(frozen=True)
class NewCode:
    """A gauge that holds an error code shows a non-zero one that is new or has changed within the window.

    The gauge stays at the last code for ever, so neither `> 0` (never resolves) nor increase() (sees nothing in a
    series that is born with its code) can be used: NVIDIA/dcgm-exporter#500.
    """

    signal: Signal
    by: tuple[str, ...]
    window: Duration = HOUR

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signal."""
        return (self.signal,)


@dataclass(frozen=True)
class Both:
    """Conditions that hold together, joined on canonical labels (none: for the service as a whole)."""

    parts: tuple[Condition, ...]
    on: tuple[str, ...] = ()

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals of all parts."""
        return tuple(signal for part in self.parts for signal in part.signals)


@dataclass(frozen=True)
class BurnRate:
    """An SLO's budget burning faster than a tier allows, over its long and its short window."""

    slo: Slo
    tier: BurnTier

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals of the SLO's indicator."""
        return self.slo.signals


@dataclass(frozen=True)
class BudgetSpent:
    """A share of an SLO's budget is gone, and not yet so much that the next notice would say more."""

    slo: Slo
    notice: Notice

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals of the SLO's indicator."""
        return self.slo.signals


@dataclass(frozen=True)
class NoData:
    """An SLO's events were counted within the last day, but are no longer; they are recorded every `interval`."""

    slo: Slo
    interval: Duration

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals of the SLO's indicator."""
        return self.slo.signals


@dataclass(frozen=True)
class Written:
    """PromQL written by hand in a spec; it exists on Prometheus only."""

    expr: str
    unit: str = ""

    @property
    def signals(self) -> tuple[Signal, ...]:
        """None that are known."""
        return ()


Condition = Compare | Absent | NewCode | Both | BurnRate | BudgetSpent | NoData | Written
"""Every condition there is; renderers match on it."""


def on_backend(condition: Condition, backend: str) -> bool:
    """Tell whether a backend (`prometheus`, `cloudwatch`) has what the condition reads."""
    if isinstance(condition, Written):
        return backend == "prometheus"
    if isinstance(condition, BurnRate):
        return condition.slo.indicator.on(backend)
    if isinstance(condition, BudgetSpent | NoData):
        return backend == "prometheus" and condition.slo.indicator.on(backend)
    return all(signal.on(backend) for signal in condition.signals)
