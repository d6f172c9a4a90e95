"""No alert and no SLO reads anything of a component.

Why: whoever adds a component to a spec believes that somebody is told when it fails. Some packs bring panels only, or
signals that alert nobody until a threshold is given; and alerts can be disabled one by one until none is left.

Instead: give it a threshold, an SLO or an alert of its own, or remove it:

    quality:
      - preset: feature-drift
    thresholds:
      feature_drift: {ticket: 0.2}

Source: https://sre.google/sre-book/monitoring-distributed-systems/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.plan.conditions import Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Component, ServicePlan

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every component that nothing watches."""
    for service in context.plan.services:
        for component in service.components:
            if not _is_watched(component, service):
                message = f"no alert of {service.name} reads anything of {component.name}"
                yield Issue(component.origin, message, "add a threshold, an SLO or an alert for it, or remove it")


def _is_watched(component: Component, service: ServicePlan) -> bool:
    metrics = {
        series.metric for signal in component.signals if signal.prometheus for series in signal.prometheus.series
    }
    for alert in service.alerts:
        if isinstance(alert.condition, Written):
            if any(metric in alert.condition.expr for metric in metrics):
                return True
        elif component.name in {alert.component, *(signal.component for signal in alert.condition.signals)}:
            return True
    return False
