"""The dashboard of all GPUs: which of them is hot, full, broken or idle, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mlmon.plan.links import GPU_UID
from mlmon.promql.quantities import binding
from mlmon.promql.text import selector
from mlmon.targets.grafana.across import shared
from mlmon.targets.grafana.drawing import Section, Variable
from mlmon.targets.grafana.firing import Firing
from mlmon.targets.grafana.frame import framed, in_pairs
from mlmon.targets.grafana.joint import Joint, Number
from mlmon.targets.grafana.layout import evenly
from mlmon.targets.grafana.looks import Palette
from mlmon.targets.grafana.queries import guard
from mlmon.targets.grafana.themes import is_gpu
from mlmon.targets.grafana.united import United, common

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Plan
    from mlmon.targets.grafana.across import Member, Shared
    from mlmon.targets.grafana.drawing import Drawing, Page

HOST: Final = "host"
PER_GPU: Final = (HOST, "gpu")
COLUMNS: Final = 7
"""Numbers of a GPU in the table; the others have graphs."""
NUMBERS: Final = {
    ("level", "gpu_utilization"): (
        Number("GPUs", "GPUs that report and that services here use.", "count(%s)", "none", distinct=True),
        Number("Mean utilisation", "Mean over all GPUs.", "avg(%s)", "percentunit", distinct=True),
    ),
    ("fraction", "gpu_memory_used"): (Number("Fullest memory", "Memory of the GPU with the least room.", "max(%s)"),),
    ("level", "gpu_temperature"): (Number("Hottest GPU", "Temperature of the hottest GPU.", "max(%s)"),),
    ("level", "gpu_power"): (Number("Power", "What all GPUs draw.", "sum(%s)", "watt", distinct=True),),
    ("level", "xid"): (
        Number(
            "GPUs with an XID",
            "GPUs whose driver has reported an error since it was loaded.",
            "count(%s > 0) or vector(0)",
            "none",
            distinct=True,
        ),
    ),
}
"""Numbers on the first screen by the form and the leading signal of what they are about."""


def page(plan: Plan) -> Page | None:
    """Return the dashboard, or None where no service has GPUs that Prometheus sees."""
    panels = shared(plan, is_gpu)
    if not panels:
        return None
    panels.sort(key=_rank)
    gpus = _Gpus(plan, tuple(panels))
    text = "Every GPU that a service uses: load, memory, heat, power, and errors of driver and memory."
    names = {member.service.name for panel in panels for member in panel.members}
    services = [service for service in plan.services if service.name in names]
    return framed(plan, GPU_UID, "GPUs", text, services, gpus.sections(), variables=gpus.variables())


def _rank(panel: Shared) -> tuple[bool, int]:
    """Order panels: what a server says of the GPUs that it sees comes after what their exporter says."""
    telling = list(NUMBERS)
    return HOST not in panel.main[0].quantity.by, telling.index(panel.about) if panel.about in telling else len(telling)


@dataclass(frozen=True)
class _Gpus:
    plan: Plan
    panels: tuple[Shared, ...]

    @cached_property
    def joint(self) -> Joint:
        outputs = self.plan.outputs
        return Joint(outputs, Palette(self.plan.routing), United(outputs, frozenset({HOST})))

    @property
    def members(self) -> list[Member]:
        return [member for panel in self.panels for member in panel.members]

    def sections(self) -> Iterator[Section]:
        table = self._table()
        tables = [((drawing, 24),) for drawing in (table, self._firing()) if drawing]
        numbers = self.joint.numbers(self.panels, NUMBERS)
        first = [evenly(numbers)] if numbers else []
        heights = {len(first): 9} if table else {}
        yield Section("", (*first, *tables), heights)
        telling = [panel for panel in self.panels if panel.about in NUMBERS]
        others = [panel for panel in self.panels if panel.about not in NUMBERS]
        for title, panels in (("Load, heat and power", telling), ("Memory errors, links and trends", others)):
            if panels:
                yield Section(title, in_pairs([self.joint.graph(panel) for panel in panels]))

    def variables(self) -> list[Variable]:
        """Return the choice of nodes."""
        line = next((panel.main for panel in self.panels if HOST in panel.main[0].quantity.by), None)
        if line is None:
            return []
        bound = binding(line[0].quantity.signals[0])
        series = [one for member in line for one in binding(member.quantity.signals[0]).series]
        query = f"label_values({guard(selector(common(series)))}, {bound.label(HOST)})"
        return [Variable(HOST, "Node", query, description="Narrows the panels by GPU to some nodes.")]

    def _table(self) -> Drawing | None:
        wanted = [panel for panel in self.panels if panel.main[0].quantity.by == PER_GPU][:COLUMNS]
        if not wanted:
            return None
        columns = {panel.title: self.joint.column(panel, PER_GPU) for panel in wanted}
        text = "Every GPU with its present numbers, coloured by the alerts on them."
        keys = {"service": "Service", HOST: "Node", "gpu": "GPU"}
        return self.joint.table("GPUs now", text, columns, keys, {member.service.name for member in self.members})

    def _firing(self) -> Drawing | None:
        # A model server that shows GPUs as well has alerts on other things.
        exporters = [member for member in self.members if HOST in member.quantity.by]
        owners = {(member.service.name, member.panel.component) for member in exporters}
        names = sorted({alert.name for alert in self.plan.alerts if (alert.service, alert.component) in owners})
        if not names:
            return None
        outputs, palette = self.plan.outputs, self.joint.palette
        return Firing(outputs, palette, alertnames=tuple(names), chosen=True).table()
