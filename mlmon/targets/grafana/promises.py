"""The dashboard of all SLOs: what is promised, what is left of the budgets, and what has spent them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.plan.links import SLO_UID
from mlmon.promql import slo as names
from mlmon.targets.grafana.allslos import OBJECTIVE, AllSlos
from mlmon.targets.grafana.budgets import Budgets
from mlmon.targets.grafana.drawing import Section, Variable
from mlmon.targets.grafana.firing import Firing
from mlmon.targets.grafana.frame import framed, in_pairs
from mlmon.targets.grafana.joint import table_links
from mlmon.targets.grafana.layout import evenly
from mlmon.targets.grafana.looks import Palette
from mlmon.targets.grafana.slos import measured
from mlmon.targets.grafana.slotable import status_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Plan
    from mlmon.targets.grafana.drawing import Drawing, Page

_CHOICE: Final = f'label_values({names.OBJECTIVE}{{service=~"$service"}}, slo)'


def page(plan: Plan) -> Page | None:
    """Return the dashboard, or None where Prometheus measures no SLO."""
    services = [service for service in plan.services if measured(service.slos)]
    if not services:
        return None
    slos = AllSlos(tuple(slo for service in services for slo in measured(service.slos)))
    text = "Every SLO: objective, present state, how fast the budgets burn, and what is left of them."
    chosen = Variable("slo", "SLO", _CHOICE, description="Narrows every panel to SLOs of these names.")
    sections = _Page(plan, slos).sections()
    return framed(plan, SLO_UID, "SLOs", text, services, sections, variables=[chosen], looks_back="24h")


@dataclass(frozen=True)
class _Page:
    plan: Plan
    asked: AllSlos

    def sections(self) -> Iterator[Section]:
        budgets = Budgets(self.asked, Palette(self.plan.routing), self.firing)
        heights = {1: max(7, min(16, len(self.asked.slos) + 3))}
        lines = (evenly(budgets.numbers()), ((self._status(), 24),), ((self.firing.table(), 24),))
        yield Section("", lines, heights)
        yield Section("Budgets and incidents", (((budgets.left(), 12), (budgets.incidents(), 12)),))
        for index, (period, drawings) in enumerate(budgets.burning()):
            yield Section(f"Burn rates of SLOs over {period}", in_pairs(drawings), collapsed=index > 0)
        yield Section("Events", in_pairs(list(budgets.events())), collapsed=True)

    @property
    def firing(self) -> Firing:
        alerts = [alert for alert in self.plan.alerts if dict(alert.labels).get("slo")]
        found = tuple(sorted({alert.name for alert in alerts}))
        return Firing(self.plan.outputs, Palette(self.plan.routing), alertnames=found, chosen=True)

    def _status(self) -> Drawing:
        asked, slos = self.asked, self.asked.slos
        timed = [slo for slo in slos if slo.counts_time]
        counted = [slo for slo in slos if not slo.counts_time]
        columns = {
            "Objective": OBJECTIVE,
            "Now": f"1 - {_worst('max', asked.over_period(names.RATIO, slos))}",
            "Budget left": _worst("min", asked.left()),
            "Burn rate": _worst("max", asked.burn(slos)),
            "Gone in": _worst("min", asked.gone_in()),
        }
        if counted:
            columns["Bad events"] = _worst("max", asked.over_period(names.ERRORS, counted))
        if timed:
            columns["Bad time"] = _worst("max", asked.over_period(names.ERRORS, timed))
        paces = ", ".join(str(window) for window in asked.by_pace())
        text = (
            "Every SLO over its own period, the one with the least budget first. A burn rate of 1 spends the budget "
            f"evenly; it is that of the last {paces}, by period."
        )
        links = table_links(slo.service for slo in slos)
        return status_table(text, columns, {"service": "Service", "slo": "SLO"}, links)


def _worst(aggregate: str, union: str) -> str:
    return f"{aggregate} by (service, slo) (\n{union}\n)"
