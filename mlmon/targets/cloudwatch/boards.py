"""The CloudWatch dashboard of a service: alarm states first, then the panels whose numbers CloudWatch has."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.targets.cloudwatch.alarm import MetricQuery
from mlmon.targets.cloudwatch.dashboard import Dashboard
from mlmon.targets.cloudwatch.measure import measure
from mlmon.targets.cloudwatch.widgets import AlarmWidget, MetricWidget, TextWidget, Widget
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.plan.model import Outputs, Panel, ServicePlan
    from mlmon.targets.cloudwatch.alarm import Alarm

_PERIOD: Final = 60
_AXIS: Final = {"ratio": "share (0 to 1)", "seconds": "seconds"}
_TILES: Final = 100


def dashboard(service: ServicePlan, alarms: Sequence[Alarm], outputs: Outputs) -> Dashboard | None:
    """Return the dashboard, or None where no panel has a CloudWatch metric."""
    graphs = [graph for panel in service.panels if (graph := _graph(panel))]
    if not graphs:
        return None
    runbooks = f"{outputs.runbooks_url}/{service.name}/README.md"
    head = TextWidget(markdown=f"# {service.name}\nOwned by {service.team}. [Runbooks]({runbooks})", height=2)
    told = tuple(alarm for alarm in alarms if alarm.alarm_actions)[:_TILES]
    states: list[Widget] = [AlarmWidget(title="Alarms", alarms=told)] if told else []
    name = f"{outputs.cloudwatch_prefix}-{service.name}"
    return Dashboard(name=name, widgets=(head, *states, *graphs))


def _graph(panel: Panel) -> MetricWidget | None:
    queries: list[MetricQuery] = []
    for number, series in enumerate(panel.series):
        read = measure(series.quantity) if series.quantity.on("cloudwatch") else None
        if read is None:
            continue
        stats = read.stats(_PERIOD)
        names = {name: f"{name}{number}" for name in stats}
        queries += [MetricQuery(id=names[name], metric=metric) for name, metric in stats.items()]
        math = read.math or "m"
        for name, own in names.items():
            math = _renamed(math, name, own)
        if read.scale != 1:
            math = f"({math}) * {plain(read.scale)}" if read.math else f"{math} * {plain(read.scale)}"
        queries.append(MetricQuery(id=f"e{number}", expression=math, label=series.legend, return_data=True))
    if not queries:
        return None
    limits = {
        (f"{alert.name} {alert.severity}", alert.threshold)
        for alert in panel.limits
        if alert.component == panel.component
    }
    lines = tuple(sorted((label, Decimal(plain(value))) for label, value in limits if value is not None))
    return MetricWidget(
        title=panel.title,
        queries=tuple(queries),
        thresholds=lines,
        unit=_AXIS.get(panel.unit, panel.unit.replace("_", " ")),
    )


def _renamed(math: str, name: str, own: str) -> str:
    return re.sub(rf"\b{name}\b", own, math)
