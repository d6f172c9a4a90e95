"""Input for what is recorded, given tick by tick: the recordings of SLOs look too far back to be fed by raw series."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from mlmon.promql import slo as expr
from mlmon.targets.proofs.inputs import wanted
from mlmon.targets.proofs.timeline import notation, number, repeated

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Recording, ServicePlan
    from mlmon.plan.slo import Slo
    from mlmon.units import Duration


def group_of(slo: Slo) -> dict[str, str]:
    """Return the labels of an SLO's series: those of the one group that is tested, where it has groups."""
    return {**expr.labels(slo), **{label: f"{label}-1" for label in slo.group_labels}}


def recorded_as(recording: Recording, service: ServicePlan, alert: Alert) -> tuple[str, frozenset[str]]:
    """Return the series that a recording has for one group of its quantity, and the keys of a proof which feeds it."""
    group = wanted(recording.quantity, recording.quantity.signals[0])
    labels = {**group, "service": service.name, "component": recording.component}
    return notation(recording.record, labels.items()), frozenset({f"metric {recording.record}", f"alert {alert.name}"})


@dataclass
class Counts:
    """Events and bad events between two ticks each; None while nothing is counted.

    Samples lie half-way between two ticks: promtool refuses a rule that records at a moment for which it was given a
    sample.
    """

    events: list[Decimal | None] = field(default_factory=list)
    errors: list[Decimal | None] = field(default_factory=list)

    @property
    def now(self) -> int:
        """The tick that sees the last of them."""
        return len(self.events)

    def add(self, ticks: int, events: Decimal | None, errors: Decimal | None) -> None:
        """Go on for some ticks."""
        self.events += [events] * ticks
        self.errors += [errors] * ticks

    def reach(self, ratio: Decimal, events: Decimal) -> None:
        """Add one tick with at least so many events, after which the ratio of all ticks is as given."""
        before, bad = self._sum(self.events), self._sum(self.errors)
        errors = ratio * (before + events) - bad
        if errors < 0:
            self.add(1, bad / ratio - before, Decimal(0))
        else:
            self.add(1, events, errors)

    def _sum(self, values: list[Decimal | None]) -> Decimal:
        return sum((value for value in values if value is not None), Decimal(0))

    def series(self, slo: Slo, events: str, errors: str, window: Duration) -> dict[str, str]:
        """Return both as input series under the names of recordings."""
        labels = group_of(slo).items()
        return {
            notation(f"{name}{window}", labels): " ".join(_runs(values))
            for name, values in ((events, self.events), (errors, self.errors))
        }


def _runs(values: list[Decimal | None]) -> list[str]:
    """Write a gap before each sample; where nothing is counted gaps follow each other."""
    found: list[str] = []
    for value, run in groupby(values):
        count = len(list(run))
        found += [repeated("_", 2 * count)] if value is None else [f"_ {number(value)}"] * count
    return found
