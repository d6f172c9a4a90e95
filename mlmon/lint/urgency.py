"""What the rules about severities share: which wake people, how urgent they are, who asked for an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Plan, ServicePlan


def paging(plan: Plan) -> frozenset[str]:
    """Return the severities that wake a person."""
    return frozenset(severity.name for severity in plan.routing.severities if severity.paging)


def ranks(plan: Plan) -> dict[str, int]:
    """Return the rank of every severity; 0 is the most urgent."""
    return {severity.name: rank for rank, severity in enumerate(plan.routing.severities)}


def is_asked_for(alert: Alert, service: ServicePlan) -> bool:
    """Tell whether a spec or a tier asks for this very alert, rather than for the component that brings it along."""
    return all(alert.origin != component.origin for component in service.components)
