"""Series that are always there: one for every service, whatever it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.plan.links import dashboard_uid
from mlmon.promql.text import string
from mlmon.targets.grafana.queries import guard, union

if TYPE_CHECKING:
    from mlmon.plan.model import Plan


def zeroes(plan: Plan) -> str:
    """Return a 0 for every service, so that a column stays where nothing fires."""
    return union(_labelled("vector(0)", service=item.name) for item in plan.services)


def everyone(plan: Plan) -> str:
    """Return one sample per service with what a table says about it: team, tier and the uid of its dashboard."""
    rows = [
        _labelled("vector(1)", service=item.name, team=item.team, tier=item.tier, dashboard=dashboard_uid(item.name))
        for item in plan.services
    ]
    return union(rows) or "vector(0)"


def _labelled(expr: str, **labels: str) -> str:
    for label, value in labels.items():
        # In label_replace a dollar refers to a group of the regular expression.
        expr = f'label_replace({expr}, "{label}", {guard(string(value.replace("$", "$$")))}, "", "")'
    return expr
