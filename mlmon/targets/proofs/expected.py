"""The labels and annotations that an alert must carry, worked out without the templates that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlmon.plan.labels import labels as own_labels
from mlmon.plan.labels import pages_below
from mlmon.plan.links import dashboard_url, runbook_url
from mlmon.plan.texts import fill, unit_of
from mlmon.targets.proofs.humanize import shown

if TYPE_CHECKING:
    from decimal import Decimal

    from mlmon.plan.model import Alert, Outputs, ServicePlan


def labels(alert: Alert, service: ServicePlan, group: dict[str, str]) -> dict[str, str]:
    """Return all labels of a firing instance, without its name; those of the rule win over those of the group."""
    return {name: value for name, value in group.items() if value} | own_labels(alert, service)


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
    below = pages_below(alert, service)
    return {"check_below": ", ".join(below)} if below else {}
