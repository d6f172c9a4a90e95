"""Descriptions of panels: what it shows, when it alerts, what it reads. Grafana shows them as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.plan.conditions import Compare
from mlmon.plan.links import runbook_url
from mlmon.plan.texts import threshold_text
from mlmon.plan.words import least_words
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
    lines = dict.fromkeys(_alert(alert) for alert in alerts)
    return _paragraphs(description, _listed(lines), metrics(signals, prometheus=prometheus))


def described_for_all(description: str, members: Iterable[tuple[str, Iterable[Alert]]], named: str) -> str:
    """Return the description of a panel of several services, which are told apart where their thresholds differ.

    `named` is what `metrics` returns.
    """
    owners: dict[str, list[str]] = {}
    services = set()
    for service, alerts in members:
        services.add(service)
        for line in dict.fromkeys(_alert(alert) for alert in alerts):
            owners.setdefault(line, []).append(service)
    lines = [line if set(own) == services else f"{line}: {', '.join(own)}" for line, own in owners.items()]
    return _paragraphs(description, _listed(lines), named)


def metrics(signals: Iterable[Signal], *, prometheus: bool = True) -> str:
    """Return the line that names the metrics of signals, empty where there are none."""
    names = [f"`{name}`" for name in dict.fromkeys(name for signal in signals for name in _metrics(signal, prometheus))]
    return f"{'Metric' if len(names) == 1 else 'Metrics'}: {', '.join(names)}" if names else ""


def runbooks(outputs: Outputs, alerts: Iterable[Alert]) -> tuple[Link, ...]:
    """Return a link to each runbook of the alerts, once."""
    found = {runbook_url(outputs, alert): alert.name for alert in alerts}
    return tuple(Link(f"Runbook {name}", url, new_tab=True) for url, name in found.items())


def _listed(lines: Iterable[str]) -> str:
    items = [f"- {line}" for line in lines]
    return "\n".join(["Alerts:", *items]) if items else ""


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _alert(alert: Alert) -> str:
    op = alert.condition.op if isinstance(alert.condition, Compare) else ""
    lasting = f" for {alert.for_}" if alert.for_.seconds else ""
    least = least_words(alert.condition)
    return (
        f"{alert.name} ({alert.severity}) {op} {threshold_text(alert)}{least}{',' * bool(least and lasting)}{lasting}"
    )


def _metrics(signal: Signal, prometheus: bool) -> list[str]:
    if prometheus and signal.prometheus:
        return [series.metric for series in signal.prometheus.series]
    bound = signal.cloudwatch
    return [f"{bound.namespace} {metric}" for metric in bound.metrics] if bound else []
