"""Nothing wakes anybody when a service fails whose tier has an objective.

Why: an objective of 99.9 % leaves 43 minutes in a month. Without a page, an outage that begins on Friday evening is
found on Monday, and the promise of two years is gone.

Instead: keep at least one page on a symptom: an SLO, the error ratio, or the service being down:

    thresholds:
      error_ratio: {page: 5%, ticket: 1%}     # was: {page: off}

Source: https://sre.google/sre-book/monitoring-distributed-systems/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.urgency import paging
from mlmon.units import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every service without a page whose tier has an objective."""
    project, wakes = context.workspace.project, paging(context.plan)
    for service in context.plan.services:
        tier = project.model.tiers.get(service.tier) if project else None
        if tier and tier.objective and not any(alert.severity in wakes for alert in service.alerts):
            message = f"no alert of {service.name} pages, but the tier {service.tier} promises "
            advice = "let a symptom page: an availability SLO, the error ratio, or the service being down"
            yield Issue(service.origin, message + percent(tier.objective), advice)
