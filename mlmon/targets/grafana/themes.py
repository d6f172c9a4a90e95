"""What the dashboards over all services are about: which panels belong to them, and who is on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.links import COST_UID, FLEET_UID, GPU_UID, QUALITY_UID, SLO_UID
from mlmon.targets.grafana.drawing import Link
from mlmon.targets.grafana.panels import is_measured
from mlmon.targets.grafana.slos import measured
from mlmon.targets.grafana.spending import is_spending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Panel, Plan, ServicePlan

BACK: Final = Link("All services", f"/d/{FLEET_UID}")


def is_gpu(panel: Panel) -> bool:
    """Tell whether a panel is about GPUs."""
    return panel.section == "gpu" and panel.draw != "heatmap"


def is_model(panel: Panel) -> bool:
    """Tell whether a panel is about what a model answers."""
    return panel.section == "model"


def is_cost(panel: Panel) -> bool:
    """Tell whether a panel is about money."""
    return panel.section == "cost" or is_spending(panel.series[0].quantity)


_BY_PANEL: Final = (
    ("Model quality", QUALITY_UID, is_model),
    ("GPUs", GPU_UID, is_gpu),
    ("Costs", COST_UID, is_cost),
)


def themes(services: tuple[ServicePlan, ...]) -> Iterator[tuple[str, str]]:
    """Return title and uid of each dashboard on which Prometheus has something about any of these services."""
    panels = [panel for service in services for panel in service.panels if is_measured(panel)]
    if any(measured(service.slos) for service in services):
        yield "SLOs", SLO_UID
    for title, uid, wanted in _BY_PANEL:
        if any(wanted(panel) for panel in panels):
            yield title, uid


def links_of(service: ServicePlan) -> tuple[Link, ...]:
    """Return the ways from a service's page to what is said about it elsewhere."""
    own = (Link(title, f"/d/{uid}?var-service={service.name}") for title, uid in themes((service,)))
    return (BACK, *own)


def links_of_fleet(plan: Plan) -> tuple[Link, ...]:
    """Return the ways from the page of all services to those on one theme."""
    return tuple(Link(title, f"/d/{uid}") for title, uid in themes(plan.services))
