"""Rule groups of a service: recordings first, then SLOs, then alerts by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlmon.plan.conditions import on_backend
from mlmon.plan.labels import LAYERS, labels, pages_below
from mlmon.plan.links import dashboard_url, runbook_url
from mlmon.promql.conditions import condition
from mlmon.promql.quantities import Renderer
from mlmon.targets.prometheus import compatibility, slo
from mlmon.targets.prometheus.texts import annotation

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Outputs, ServicePlan


def groups(service: ServicePlan, outputs: Outputs) -> list[dict[str, Any]]:
    """Return the groups of one service's rule file; empty when Prometheus watches nothing of it."""
    found = [_recordings(service, outputs), *slo.groups(service, outputs), *compatibility.groups(service, outputs)]
    found += [_alerts(service, layer, outputs) for layer in LAYERS]
    return [group for group in found if group["rules"]]


def _recordings(service: ServicePlan, outputs: Outputs) -> dict[str, Any]:
    render = Renderer(service, read_recorded=False)
    rules = [
        {
            "record": recording.record,
            "expr": render.quantity(recording.quantity),
            "labels": {"service": service.name, "component": recording.component},
        }
        for recording in service.recordings
    ]
    return {"name": f"{service.name}-recordings", "interval": str(outputs.evaluation_interval), "rules": rules}


def _alerts(service: ServicePlan, layer: str, outputs: Outputs) -> dict[str, Any]:
    alerts = [alert for alert in service.alerts if alert.layer == layer and on_backend(alert.condition, "prometheus")]
    rules = [rule(alert, service, outputs) for alert in alerts]
    return {"name": f"{service.name}-{layer}", "interval": str(outputs.evaluation_interval), "rules": rules}


def rule(alert: Alert, service: ServicePlan, outputs: Outputs) -> dict[str, Any]:
    """Return one alerting rule."""
    made: dict[str, Any] = {"alert": alert.name, "expr": condition(alert.condition, Renderer(service))}
    if alert.for_.seconds:
        made["for"] = str(alert.for_)
    if alert.keep_firing_for:
        made["keep_firing_for"] = str(alert.keep_firing_for)
    made["labels"] = labels(alert, service)
    made["annotations"] = {
        "summary": annotation(alert.summary, alert),
        "description": annotation(alert.description, alert),
        "runbook_url": runbook_url(outputs, alert),
        "dashboard_url": dashboard_url(outputs, service),
    }
    below = pages_below(alert, service)
    if below:
        made["annotations"]["check_below"] = ", ".join(below)
    return made
