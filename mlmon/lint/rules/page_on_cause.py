"""A spec lets a cause wake people, although a cause may never be felt by a user.

Why: a hot GPU or a lost instance is one of many things that can end in slow or wrong answers. Whoever is woken by
each of them, and finds the service well, learns to sleep on. The symptom pages once, whatever the cause was.

Instead: let the cause open a ticket, and let errors, latency or an SLO page:

    thresholds:
      gpu_temperature: {ticket: 85}     # was: {page: 85}

Source: https://sre.google/sre-book/monitoring-distributed-systems/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.urgency import is_asked_for, paging

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every alert of kind `cause` that a spec or a tier lets page; a pack gives its reason where it does so."""
    wakes = paging(context.plan)
    for service in context.plan.services:
        for alert in service.alerts:
            if alert.kind == "cause" and alert.severity in wakes and is_asked_for(alert, service):
                message = f"{alert.name} wakes people ({alert.severity}) for a cause that users may never feel"
                advice = "give it a severity that does not page; errors, latency or an SLO page when users are affected"
                yield Issue(alert.origin, message, advice)
