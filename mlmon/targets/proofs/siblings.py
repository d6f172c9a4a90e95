"""Alerts of the same name, which promtool lists together: do they fire, too, when one of them is proven?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlmon.plan.conditions import Compare, on_backend
from mlmon.targets.proofs.proof import ticks

if TYPE_CHECKING:
    from decimal import Decimal

    from mlmon.plan.model import Alert, ServicePlan
    from mlmon.targets.proofs.states import Form


@dataclass(frozen=True)
class Siblings:
    """The other alerts of a service that have the name of one."""

    alert: Alert
    service: ServicePlan

    @cached_property
    def others(self) -> list[Alert]:
        """All of them that Prometheus watches."""
        return [
            one
            for one in self.service.alerts
            if one.name == self.alert.name and one is not self.alert and on_backend(one.condition, "prometheus")
        ]

    def longest(self, step: Decimal) -> int:
        """Return the longest `for` of those on the same quantity, in evaluations."""
        return max((ticks(one.for_, step) for one in self.others if self._same(one)), default=0)

    def beyond(self, form: Form, since: int) -> list[Alert] | None:
        """Return those that fire so many ticks after the quantity has gone beyond; None where that is not certain."""
        fire = []
        for one in self.others:
            if not self._same(one):
                if not self._apart(one):
                    return None
                continue
            held = {_holds(one.condition, value) for value in (form.value(1), form.value(since))}
            if len(held) > 1 or None in held:
                return None
            fire += [one] if held == {True} else []
        return fire

    def _same(self, one: Alert) -> bool:
        mine, other = self.alert.condition, one.condition
        return (
            isinstance(mine, Compare)
            and isinstance(other, Compare)
            and (mine.quantity, mine.op) == (other.quantity, other.op)
        )

    def _apart(self, one: Alert) -> bool:
        """Tell whether another alert compares what no series of this one feeds, and so cannot have a result."""
        metrics = [
            {
                series.metric
                for signal in alert.condition.signals
                if signal.prometheus
                for series in signal.prometheus.series
            }
            for alert in (self.alert, one)
        ]
        return isinstance(one.condition, Compare) and not metrics[0] & metrics[1]


def _holds(condition: object, value: Decimal | None) -> bool | None:
    if value is None:
        return None
    if not isinstance(condition, Compare):
        return False
    return value > condition.threshold if condition.op == "above" else value < condition.threshold
