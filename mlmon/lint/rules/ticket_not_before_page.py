"""A less urgent threshold is not reached before the more urgent one, so it never says anything.

Why: a ticket at 1 % is there to be handled before the page at 1 %. When the ticket needs the same value for longer,
or a worse one, the page comes first and silences it, and nobody is warned in time.

Instead: leave room between the two, or switch the lesser one off. A spec that sets only one of them is compared with
the default of the other:

    thresholds:
      error_ratio: {page: 1%}                   # the default ticket is at 1 % too, for longer
      error_ratio: {page: 1%, ticket: 0.3%}     # better

Source: https://sre.google/workbook/alerting-on-slos/
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.urgency import is_asked_for, ranks
from mlmon.plan.conditions import Compare
from mlmon.units import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Alert, ServicePlan

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every pair of severities of an alert of which the less urgent one cannot come first."""
    rank = ranks(context.plan)
    for service in context.plan.services:
        for urgent, lesser in _pairs(service, rank):
            if not _comes_first(lesser, urgent):
                yield _issue(service, urgent, lesser)


def _pairs(service: ServicePlan, rank: dict[str, int]) -> Iterator[tuple[Alert, Alert]]:
    same = defaultdict(list)
    for alert in service.alerts:
        if isinstance(alert.condition, Compare):
            same[alert.component, alert.name, alert.labels].append(alert)
    for alerts in same.values():
        yield from combinations(sorted(alerts, key=lambda alert: rank.get(alert.severity, len(rank))), 2)


def _comes_first(lesser: Alert, urgent: Alert) -> bool:
    if lesser.for_ < urgent.for_:
        return True
    if not isinstance(lesser.condition, Compare) or not isinstance(urgent.condition, Compare):
        return True
    if lesser.condition.op == "above":
        return lesser.condition.threshold < urgent.condition.threshold
    return lesser.condition.threshold > urgent.condition.threshold


def _issue(service: ServicePlan, urgent: Alert, lesser: Alert) -> Issue:
    message = f"{lesser.name}: the {_shown(lesser)} never comes before the {_shown(urgent)}"
    side = "below" if isinstance(urgent.condition, Compare) and urgent.condition.op == "above" else "above"
    advice = f"set `{lesser.severity}` of {lesser.threshold_key} {side} that of `{urgent.severity}`, or write "
    place = lesser.origin if is_asked_for(lesser, service) else urgent.origin
    return Issue(place, message, f"{advice}`{lesser.severity}: off`")


def _shown(alert: Alert) -> str:
    condition = alert.condition
    limit = show(condition.threshold, condition.quantity.unit) if isinstance(condition, Compare) else ""
    return f"{alert.severity} ({limit} for {alert.for_})"
