"""Queries that name the parts of a service which spend an SLO's budget, for the runbooks of its alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import BudgetSpent, BurnRate
from mlmon.plan.slo import TimeWhile
from mlmon.promql.contributors import contributors
from mlmon.targets.runbooks.queries import Query
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Alert

_WINDOWS: Final = {BurnRate: Duration.of("1h"), BudgetSpent: Duration.of("1d")}
"""What burns now shows in an hour; what has spent a budget over weeks hardly does in less than a day."""


def contributors_of(alerts: Iterable[Alert]) -> list[Query]:
    """Return the queries for the SLO of these alerts; none for alerts that are about no budget."""
    for alert in alerts:
        condition = alert.condition
        if isinstance(condition, BurnRate | BudgetSpent):
            window = _WINDOWS[type(condition)]
            is_value = isinstance(condition.slo.indicator, TimeWhile)
            what = "The worst values now" if is_value else f"The most bad events in {window}"
            found = contributors(condition.slo, window)
            return [Query(f"{what}, by {label}", query) for label, query in found]
    return []
