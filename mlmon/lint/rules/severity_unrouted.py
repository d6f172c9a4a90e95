"""Alerts of a severity reach the default receiver only, because their team routes it nowhere.

Why: the default receiver is for alerts that nobody owns. A page that lands there wakes nobody, and the team
believes that it would have been told.

Instead: give the severity a receiver in the team's routing, even if it is the default one:

    teams:
      ml-risk:
        routing: {page: pagerduty-risk, ticket: slack-risk, info: event-log}     # info was missing

Source: https://prometheus.io/docs/alerting/latest/configuration/#route
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every severity of a team that its alerts have and its routing has not."""
    project, routing = context.workspace.project, context.plan.routing
    routed = {(route.team, route.service, route.severity) for route in routing.routes}
    lost = defaultdict(list)
    for service in context.plan.services:
        for alert in service.alerts:
            if not {(service.team, service.name, alert.severity), (service.team, None, alert.severity)} & routed:
                lost[service.team, alert.severity].append(f"{alert.name} of {service.name}")
    for (team, severity), names in lost.items():
        if project and team in project.model.teams:
            place = project.document.locate(("teams", team, "routing"), key=True)
            message = f'the team {team} routes "{severity}" nowhere: {names[0]}'
            message += f" and {len(names) - 1} more reach" if names[1:] else " reaches"
            message += f' only the default receiver "{routing.default_receiver}"'
            yield Issue(place, message, f"add `{severity}:` with a receiver to the team's routing")
