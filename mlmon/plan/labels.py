"""What an alert tells about itself: its labels, and its place among the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, ServicePlan

LAYERS: Final = ("infrastructure", "application", "model")
"""From below to above: what breaks in one shows in those above it."""


def labels(alert: Alert, service: ServicePlan) -> dict[str, str]:
    """Return the labels of a rule, which every instance of the alert carries beside those that tell series apart."""
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
    return {name: value for name, value in own.items() if value}


def pages_below(alert: Alert, service: ServicePlan) -> list[str]:
    """Return the names of the pages of lower layers, which may be the cause of this one; of what pages nobody, none."""
    if alert.severity not in service.paging:
        return []
    lower = LAYERS[: LAYERS.index(alert.layer)]
    return sorted({item.name for item in service.alerts if item.severity in service.paging and item.layer in lower})
