"""Service level objectives: indicator, objective, budget, and the burn-rate tiers scaled to the period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mlmon.diagnostics import Place
from mlmon.plan.quantities import Quantity
from mlmon.plan.signals import Signal
from mlmon.units import Duration


@dataclass(frozen=True)
class Events:
    """Good events of all events: `bad` and `total` are counters, one pair per component that counts them."""

    pairs: tuple[tuple[Signal, Signal], ...]

    @property
    def signals(self) -> tuple[Signal, ...]:
        """All counters."""
        return tuple(signal for pair in self.pairs for signal in pair)


@dataclass(frozen=True)
class Within:
    """Events answered within `threshold` seconds, by the bucket of that bound; one histogram per component."""

    histograms: tuple[Signal, ...]
    threshold: Decimal

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The histograms."""
        return self.histograms


@dataclass(frozen=True)
class TimeWhile:
    """Time during which a quantity is on the good side of a limit; every rule evaluation is one event."""

    quantity: Quantity
    bad_if: str
    limit: Decimal

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals of the quantity."""
        return self.quantity.signals


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
class Slo:
    """One promise of a service."""

    name: str
    service: str
    kind: str
    objective: Decimal
    period: Duration
    indicator: Events | Within | TimeWhile
    tiers: tuple[BurnTier, ...]
    description: str
    origin: Place
    source: str

    @property
    def id(self) -> str:
        """Unique in the organisation; the value of the label `slo_id`."""
        return f"{self.service}-{self.name}"

    @property
    def budget(self) -> Decimal:
        """Share of events that may be bad."""
        return 1 - self.objective

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals that the indicator reads."""
        return self.indicator.signals
