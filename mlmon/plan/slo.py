"""Service level objectives: indicator, objective, budget, and the burn-rate tiers scaled to the period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mlmon.diagnostics import Place
from mlmon.plan.quantities import Quantity
from mlmon.plan.signals import Signal
from mlmon.units import Duration


@dataclass(frozen=True)
class Events:
    """Good events of all events, by counters: one pair (marked, total) per component that counts them.

    `marks` says whether the first counter of a pair counts the bad events or the good ones.
    """

    pairs: tuple[tuple[Signal, Signal], ...]
    marks: Literal["bad", "good"] = "bad"

    @property
    def signals(self) -> tuple[Signal, ...]:
        """All counters."""
        return tuple(signal for pair in self.pairs for signal in pair)

    def on(self, backend: str) -> bool:
        """Tell whether the backend counts at least one component's events; each backend judges those it has."""
        return any(marked.on(backend) and total.on(backend) for marked, total in self.pairs)


@dataclass(frozen=True)
class Within:
    """Events answered within `threshold` seconds, by the bucket of that bound; one histogram per component."""

    histograms: tuple[Signal, ...]
    threshold: Decimal

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The histograms."""
        return self.histograms

    def on(self, backend: str) -> bool:
        """Tell whether the backend has at least one component's histogram."""
        return any(histogram.on(backend) for histogram in self.histograms)


@dataclass(frozen=True)
class TimeWhile:
    """Time during which a quantity is on the good side of a limit; every second is one event."""

    quantity: Quantity
    bad_if: str
    limit: Decimal

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals of the quantity."""
        return self.quantity.signals

    def on(self, backend: str) -> bool:
        """Tell whether the backend has the quantity."""
        return self.quantity.on(backend)


@dataclass(frozen=True)
class Computed:
    """An error ratio that somebody else computes, as PromQL; `weight` is PromQL of events per second (else: time)."""

    ratio: str
    weight: str | None

    @property
    def signals(self) -> tuple[Signal, ...]:
        """None that are known."""
        return ()

    def on(self, backend: str) -> bool:
        """Tell whether the backend reads PromQL."""
        return backend == "prometheus"


Indicator = Events | Within | TimeWhile | Computed
"""What is counted as good and as all."""


@dataclass(frozen=True)
class Slice:
    """Time slices of `length` are good when at least `objective` of their events are."""

    length: Duration
    objective: Decimal


@dataclass(frozen=True)
class BurnTier:
    """One pair of windows: fires when both burn more than `factor` times the budget's even rate."""

    name: str
    severity: str
    long: Duration
    short: Duration
    factor: Decimal
    budget: Decimal
    min_errors: int

    def threshold(self, objective: Decimal) -> Decimal:
        """Error ratio that both windows must exceed; exact."""
        return self.factor * (1 - objective)


@dataclass(frozen=True)
class Notice:
    """Tells that between `spent` and `until` (none: without end) of the budget is gone."""

    spent: Decimal
    until: Decimal | None
    severity: str
    min_errors: int


@dataclass(frozen=True)
class CalendarPeriod(Duration):
    """A period that begins anew with each calendar month or quarter (UTC); `seconds` is that of the longest one."""

    name: str = ""

    @classmethod
    def named(cls, name: str) -> CalendarPeriod:
        """Return the period `month` or `quarter`."""
        return cls(Decimal(86400 * {"month": 31, "quarter": 92}[name]), name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Slo:
    """One promise of a service. `group_by` are canonical labels: one budget for each of their values.

    `traffic` is how many events a second the spec expects.
    """

    name: str
    service: str
    kind: str
    objective: Decimal
    period: Duration
    indicator: Indicator
    tiers: tuple[BurnTier, ...]
    description: str
    origin: Place
    source: str
    group_by: tuple[str, ...] = ()
    slice: Slice | None = None
    notices: tuple[Notice, ...] = ()
    traffic: Decimal | None = None

    @property
    def id(self) -> str:
        """Unique in the organisation; the value of the label `slo_id`."""
        return f"{self.service}-{self.name}"

    @property
    def budget(self) -> Decimal:
        """Share of events that may be bad."""
        return 1 - self.objective

    @property
    def counts_time(self) -> bool:
        """Whether what it counts as events are seconds: of a condition, or of good and bad time slices."""
        unweighted = isinstance(self.indicator, Computed) and self.indicator.weight is None
        return self.slice is not None or isinstance(self.indicator, TimeWhile) or unweighted

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals that the indicator reads."""
        return self.indicator.signals

    @property
    def group_labels(self) -> tuple[str, ...]:
        """The metric labels that `group_by` stands for."""
        bound = self.signals[0].prometheus if self.signals else None
        return tuple(bound.label(name) if bound else name for name in self.group_by)
