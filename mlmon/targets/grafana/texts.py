"""Descriptions of panels: what it shows, when it alerts, what it reads. Grafana shows them as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.plan.conditions import Compare
from mlmon.plan.links import runbook_url
from mlmon.plan.texts import threshold_text
from mlmon.targets import markdown
from mlmon.targets.grafana.drawing import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Alert, Outputs
    from mlmon.plan.signals import Signal


def literal(text: str) -> str:
    """Quote a spec's text: neither Markdown nor, as `$name` would be, a variable of the dashboard."""
    return markdown.text(text).replace("\\$", "&#36;")


def described(description: str, alerts: Iterable[Alert], signals: Iterable[Signal], *, prometheus: bool = True) -> str:
    """Return a panel's description; `description` is Markdown already."""
    parts = [description]
    lines = [f"- {line}" for line in dict.fromkeys(_alert(alert) for alert in alerts)]
    if lines:
        parts.append("\n".join(["Alerts:", *lines]))
    names = [f"`{name}`" for name in dict.fromkeys(name for signal in signals for name in _metrics(signal, prometheus))]
    if names:
        parts.append(f"{'Metric' if len(names) == 1 else 'Metrics'}: {', '.join(names)}")
    return "\n\n".join(parts)


def runbooks(outputs: Outputs, alerts: Iterable[Alert]) -> tuple[Link, ...]:
    """Return a link to each runbook of the alerts, once."""
    found = {runbook_url(outputs, alert): alert.name for alert in alerts}
    return tuple(Link(f"Runbook {name}", url, new_tab=True) for url, name in found.items())


def _alert(alert: Alert) -> str:
    op = alert.condition.op if isinstance(alert.condition, Compare) else ""
    lasting = f" for {alert.for_}" if alert.for_.seconds else ""
    return f"{alert.name} ({alert.severity}) {op} {threshold_text(alert)}{lasting}"


def _metrics(signal: Signal, prometheus: bool) -> list[str]:
    if prometheus and signal.prometheus:
        return [series.metric for series in signal.prometheus.series]
    return [f"{signal.cloudwatch.namespace} {signal.cloudwatch.metric}"] if signal.cloudwatch else []
