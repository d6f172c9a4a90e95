"""A receiver is defined, but no route leads to it.

Why: whoever reads mlmon.yaml believes that somebody is told there. Most often a team was renamed, or a route was
removed while its receiver stayed.

Instead: remove the receiver, or route a severity to it under `teams`, in a service's `routing`, or as
`default_receiver`.

Source: https://prometheus.io/docs/alerting/latest/configuration/#route
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every receiver that no route names."""
    project = context.workspace.project
    routing = context.plan.routing
    used = {route.receiver for route in routing.routes} | {routing.default_receiver}
    for receiver in routing.receivers:
        if project and receiver.name not in used:
            place = project.document.locate(("receivers", receiver.name), key=True)
            yield Issue(
                place, f'no route leads to the receiver "{receiver.name}"', "remove it, or route a severity to it"
            )
