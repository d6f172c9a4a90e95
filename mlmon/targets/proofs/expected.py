"""The labels and annotations that an alert must carry, worked out without the templates that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.links import dashboard_url, runbook_url
from mlmon.plan.texts import fill, unit_of
from mlmon.targets.proofs.humanize import shown

if TYPE_CHECKING:
    from decimal import Decimal

    from mlmon.plan.model import Alert, Outputs, ServicePlan

_LAYERS: Final = ("infrastructure", "application", "model")


def labels(alert: Alert, service: ServicePlan, group: dict[str, str]) -> dict[str, str]:
    """Return all labels of a firing instance, without its name; those of the rule win over those of the group."""
    own = {
        "service": service.name,
        "component": alert.component,
        "team": service.team,
        "severity": alert.severity,
        "layer": alert.layer,
        "kind": alert.kind,
        "signal": alert.signal,
        "outage": "true" if alert.outage else "",
        **dict(alert.labels),
    }
    return {name: value for name, value in {**group, **own}.items() if value}


def instance(
    alert: Alert, service: ServicePlan, outputs: Outputs, group: dict[str, str], value: Decimal
) -> dict[str, Any]:
    """Return a firing instance the way `alert_rule_test` wants it."""
    signals = alert.condition.signals
    binding = signals[0].prometheus if signals else None

    def label(name: str) -> str:
        return group.get(binding.label(name) if binding else name, "")

    text = shown(float(value), unit_of(alert.condition))
    return {
        "exp_labels": labels(alert, service, group),
        "exp_annotations": {
            "summary": fill(alert.summary, alert, value=text, label=label),
            "description": fill(alert.description, alert, value=text, label=label),
            "runbook_url": runbook_url(outputs, alert),
            "dashboard_url": dashboard_url(outputs, service),
            **_below(alert, service),
        },
    }


def _below(alert: Alert, service: ServicePlan) -> dict[str, str]:
    """A page names the pages of the layers below its own."""
    if alert.severity not in service.paging:
        return {}
    rank = _LAYERS.index(alert.layer)
    names = {one.name for one in service.alerts if one.severity in service.paging and _LAYERS.index(one.layer) < rank}
    return {"check_below": ", ".join(sorted(names))} if names else {}
