"""The dashboard of what services cost: by day, by request or token, and what of it is idle."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mlmon.plan.links import COST_UID
from mlmon.targets.grafana.across import shared
from mlmon.targets.grafana.drawing import Drawing, Query, Section, Step
from mlmon.targets.grafana.frame import framed, in_pairs
from mlmon.targets.grafana.joint import Joint, service_link
from mlmon.targets.grafana.looks import NEUTRAL, Palette
from mlmon.targets.grafana.spending import a_day
from mlmon.targets.grafana.themes import is_cost
from mlmon.targets.grafana.united import United, of_choice

if TYPE_CHECKING:
    from mlmon.plan.model import Plan
    from mlmon.targets.grafana.drawing import Page
    from mlmon.targets.grafana.layout import Line

_TEXT = "What the services cost a day at the present rate: machines by the hour, tokens by their number."


def page(plan: Plan) -> Page | None:
    """Return the dashboard, or None where Prometheus knows no service's costs."""
    panels = [panel for panel in shared(plan, is_cost) if panel.draw != "heatmap"]
    if not panels:
        return None
    names = sorted({member.service.name for panel in panels for member in panel.members})
    services = [service for service in plan.services if service.name in names]
    united = United(plan.outputs)
    joint = Joint(plan.outputs, Palette(plan.routing), united)
    spent = a_day(plan)
    columns = {"Cost a day": (_column(spent), {"unit": "currencyUSD"})} if spent else {}
    columns |= {panel.title: joint.column(panel) for panel in panels}
    table = joint.table("Costs now", "The present costs of each service.", columns, {"service": "Service"}, names)
    top: list[Line] = [((table, 24),)]
    if spent:
        top = [((_total(spent), 4), (_course(spent, names), 20)), *top]
    heights = {len(top) - 1: max(6, min(14, len(services) + 3))}
    sections = [
        Section("", tuple(top), heights),
        Section("By service", in_pairs([joint.graph(panel) for panel in panels])),
    ]
    return framed(plan, COST_UID, "costs", "What the services cost.", services, sections, looks_back="24h")


def _column(spent: str) -> Query:
    # The label that marks the chosen services would be a column of its own.
    return Query(f"sum by (service) (\n{of_choice(spent)}\n)", instant=True, format="table")


def _total(spent: str) -> Drawing:
    return Drawing(
        kind="stat",
        title="Cost a day",
        description=_TEXT,
        unit="currencyUSD",
        targets=(Query(f"sum({of_choice(spent)})"),),
        steps=(Step(None, NEUTRAL),),
    )


def _course(spent: str, names: list[str]) -> Drawing:
    return Drawing(
        kind="timeseries",
        title="Cost a day by service",
        description=_TEXT,
        unit="currencyUSD",
        targets=(Query(of_choice(spent), "{{service}}"),),
        minimum=Decimal(0),
        series_links=service_link(names),
    )
