"""What a CloudWatch dashboard shows, as values; the same metric queries as in alarms draw its graphs.

Source: CloudWatch API reference, "Dashboard Body Structure and Syntax".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from mlmon.targets.cloudwatch.alarm import Alarm, MetricQuery, MetricStat
from mlmon.targets.cloudwatch.hcl import Value
from mlmon.targets.cloudwatch.names import REGION, alarm_ref

View: TypeAlias = Literal["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]
"""How a metric widget draws its queries."""


@dataclass(frozen=True, kw_only=True)
class TextWidget:
    """Markdown, for headings and links."""

    markdown: str
    width: int = 24
    height: int = 2


@dataclass(frozen=True, kw_only=True)
class AlarmWidget:
    """The states of 1 to 100 alarms as tiles; the only widget that shows composite alarms."""

    title: str
    alarms: tuple[Alarm, ...]
    width: int = 24
    height: int = 3


@dataclass(frozen=True, kw_only=True)
class MetricWidget:
    """A graph of metric queries: those with `return_data` are drawn, the others only feed expressions."""

    title: str
    queries: tuple[MetricQuery, ...]
    thresholds: tuple[tuple[str, Decimal], ...] = ()
    """Horizontal lines, as label and value in the unit of the graph."""
    unit: str = ""
    """Label of the vertical axis, for example `ms`."""
    view: View = "timeSeries"
    stacked: bool = False
    width: int = 12
    height: int = 6


@dataclass(frozen=True, kw_only=True)
class LogWidget:
    """The result of a Logs Insights query over one log group or more."""

    title: str
    query: str
    log_groups: tuple[str, ...]
    width: int = 24
    height: int = 6


Widget: TypeAlias = TextWidget | AlarmWidget | MetricWidget | LogWidget
"""Sizes are in grid units; the grid has 24 columns."""


def properties(widget: Widget) -> tuple[str, dict[str, Value]]:
    """Return the widget's type and its properties as the dashboard body names them."""
    if isinstance(widget, TextWidget):
        return "text", {"markdown": widget.markdown}
    if isinstance(widget, AlarmWidget):
        return "alarm", {"title": widget.title, "alarms": [alarm_ref(alarm, "arn") for alarm in widget.alarms]}
    if isinstance(widget, LogWidget):
        sources = "".join(f"SOURCE '{group}' | " for group in widget.log_groups)
        return "log", {"title": widget.title, "region": REGION, "view": "table", "query": sources + widget.query}
    return "metric", _graph(widget)


def _graph(widget: MetricWidget) -> dict[str, Value]:
    body: dict[str, Value] = {
        "title": widget.title,
        "region": REGION,
        "view": widget.view,
        "stacked": widget.stacked,
        "metrics": [_row(query) for query in widget.queries],
    }
    if widget.thresholds:
        lines: list[Mapping[str, Value]] = [{"label": label, "value": value} for label, value in widget.thresholds]
        body["annotations"] = {"horizontal": lines}
    if widget.unit:
        body["yAxis"] = {"left": {"label": widget.unit, "showUnits": False}}
    return body


def _row(query: MetricQuery) -> Sequence[Value]:
    options: dict[str, Value] = {"id": query.id}
    if query.label:
        options["label"] = query.label
    if not query.return_data:
        options["visible"] = False
    if query.metric:
        return [*_metric(query.metric), {**options, "stat": query.metric.stat, "period": query.metric.period}]
    period: Mapping[str, Value] = {} if query.period is None else {"period": query.period}
    return [{"expression": query.expression, **options, **period}]


def _metric(stat: MetricStat) -> list[str]:
    return [stat.namespace, stat.metric, *(text for dimension in stat.dimensions.items() for text in dimension)]
