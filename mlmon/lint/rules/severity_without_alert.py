"""mlmon.yaml defines a severity that no alert has.

Why: the packs' alerts are called page, ticket and info. A project that names its severities otherwise gets none of
them: the rules compile, and nothing ever fires.

Instead: keep the three names and describe them in your own words, or give thresholds of the new severity:

    severities:
      page: {level: P1, description: Wakes the person on call., paging: true}     # was: p1: {...}

Source: https://sre.google/sre-book/monitoring-distributed-systems/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every severity that mlmon.yaml writes out and no alert of any service has."""
    project = context.workspace.project
    used = {alert.severity for alert in context.plan.alerts}
    for severity in context.plan.routing.severities:
        where = ("severities", severity.name)
        if project and where in project.document.keys and severity.name not in used:
            message = f'no alert has the severity "{severity.name}"'
            advice = "remove it, give a threshold of this severity, or use the packs' names page, ticket and info"
            yield Issue(project.document.locate(where, key=True), message, advice)
