"""Queries of a runbook, ready to be pasted: PromQL where Prometheus has the signals, else commands for CloudWatch."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Both, Compare, on_backend
from mlmon.plan.quantities import Level, Quantile, Quantity, Rate, Ratio
from mlmon.promql.conditions import condition
from mlmon.promql.quantities import Renderer
from mlmon.promql.text import equals, string
from mlmon.units import plain, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlmon.plan.conditions import Condition
    from mlmon.plan.model import Alert, Component, Outputs, ServicePlan
    from mlmon.plan.signals import Signal

P99: Final = Decimal("0.99")
MEDIAN: Final = Decimal("0.5")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._/-]+")
_HOUR_AGO: Final = "$(date -u -d '1 hour ago' +%Y-%m-%dT%H:%M:%SZ)"
_NOW: Final = "$(date -u +%Y-%m-%dT%H:%M:%SZ)"


@dataclass(frozen=True)
class Query:
    """One thing to look at; `language` is promql or sh."""

    title: str
    text: str
    language: str = "promql"


@dataclass(frozen=True)
class Queries:
    """Writes the queries of one service."""

    service: ServicePlan
    outputs: Outputs

    def alert(self, alerts: Iterable[Alert]) -> list[Query]:
        """What each alert looks at; in PromQL with its threshold, so that what has a result fires."""
        found: dict[str, Query] = {}
        for alert in alerts:
            if on_backend(alert.condition, "prometheus"):
                query = Query(_whose(alert), condition(alert.condition, Renderer(self.service)))
            else:
                commands = dict.fromkeys(text for read in _reads(alert.condition) for text in self.commands(*read))
                query = Query(_whose(alert), "\n".join(commands), "sh")
            found.setdefault(query.text, query)
        return list(found.values())

    def healthy(self, alerts: Iterable[Alert]) -> list[Query]:
        """The numbers that have to be back on the good side of the threshold of the least urgent alert about them."""
        found: dict[str, Query] = {}
        for alert in alerts:
            item = alert.condition
            if isinstance(item, Compare):
                side = "At most" if item.op == "above" else "At least"
                for query in self.ask(f"{side} {show(item.threshold, item.quantity.unit)}", item.quantity):
                    found[query.text] = query
        return list(found.values())

    def over(self, alerts: Sequence[Alert]) -> list[Query]:
        """What is empty once no alert fires any more, in each backend that watches it."""
        found = []
        if any(on_backend(alert.condition, "prometheus") for alert in alerts):
            found.append(Query("No alert fires in Prometheus any more", f"ALERTS{equals(**_labels(alerts[0]))}"))
        if any(on_backend(alert.condition, "cloudwatch") for alert in alerts):
            command = " \\\n  ".join(
                [
                    "aws cloudwatch describe-alarms --state-value ALARM",
                    *self._region(),
                    f"--alarm-name-prefix {shlex.quote(f'{self.outputs.cloudwatch_prefix}-{self.service.name}')}",
                    "--query '[MetricAlarms,CompositeAlarms][].AlarmName'",
                ]
            )
            found.append(Query("No alarm of the service is on in CloudWatch any more", command, "sh"))
        return found

    def ask(self, title: str, quantity: Quantity | None) -> Iterator[Query]:
        """A quantity in PromQL; where Prometheus lacks it, its metrics in CloudWatch, which cannot be split further."""
        if quantity is None:
            return
        if quantity.on("prometheus"):
            yield Query(title, Renderer(self.service).quantity(quantity))
        elif quantity.on("cloudwatch") and not quantity.by:
            commands = dict.fromkeys(
                command for signal in quantity.signals for command in self.commands(signal, _quantile(quantity))
            )
            yield Query(title, "\n".join(commands), "sh")

    def commands(self, signal: Signal, quantile: Decimal | None) -> list[str]:
        """The last hour of each metric, by minute. Raises ValueError for a signal that CloudWatch does not have."""
        bound = signal.cloudwatch
        if bound is None:
            raise ValueError(f"{signal.name} has no CloudWatch binding")
        statistic = f"--statistics {bound.statistic}"
        if quantile is not None and signal.kind == "histogram":
            statistic = f"--extended-statistics p{plain(quantile * 100)}"
        parts = [
            [
                "aws cloudwatch get-metric-statistics",
                *self._region(),
                f"--namespace {shlex.quote(bound.namespace)} --metric-name {shlex.quote(metric)}",
                f"--dimensions {_dimensions(bound.dimensions)}",
                f"{statistic} --period 60",
                f'--start-time "{_HOUR_AGO}" --end-time "{_NOW}"',
            ]
            for metric in bound.metrics
        ]
        return [" \\\n  ".join(part) for part in parts]

    def _region(self) -> list[str]:
        region = self.outputs.cloudwatch_region
        return [f"--region {shlex.quote(region)}"] if region else []


def _reads(item: Condition) -> Iterator[tuple[Signal, Decimal | None]]:
    """The signals of a condition, with the quantile that it takes of them."""
    if isinstance(item, Both):
        for part in item.parts:
            yield from _reads(part)
        return
    for signal in item.signals:
        yield signal, _quantile(item.quantity) if isinstance(item, Compare) else None


def _quantile(quantity: Quantity) -> Decimal | None:
    return quantity.q if isinstance(quantity, Quantile) else None


def _labels(alert: Alert) -> dict[str, str]:
    """The labels that all severities of an alert share."""
    slo = {key: value for key, value in alert.labels if key == "slo"}
    return {"alertname": alert.name, "service": alert.service} | slo


def silence(alert: Alert) -> str:
    """Return the command that silences an alert of one service for two hours, or stops an alarm that only AWS has."""
    if not on_backend(alert.condition, "prometheus"):
        return "aws cloudwatch disable-alarm-actions --alarm-names ALARM"
    matchers = " ".join(shlex.quote(f"{label}={value}") for label, value in _labels(alert).items())
    options = "--alertmanager.url=http://ALERTMANAGER:9093 --duration=2h --comment='Being worked on: LINK'"
    return f"amtool silence add {options} {matchers}"


def _whose(alert: Alert) -> str:
    tier = dict(alert.labels).get("burn_tier")
    return tier or f"{alert.severity}, {alert.component}"


def _dimensions(pairs: Iterable[tuple[str, str]]) -> str:
    listed = [{"Name": name, "Value": value} for name, value in pairs]
    if all(_PLAIN.fullmatch(item["Value"]) for item in listed):
        return " ".join(f"Name={item['Name']},Value={item['Value']}" for item in listed)
    return shlex.quote(json.dumps(listed, ensure_ascii=False))


def everywhere() -> Query:
    """What else fires, in any service."""
    text = 'count by (service, alertname, severity) (ALERTS{alertstate="firing",service!=""})'
    return Query("Alerts that fire now", text)


def lower(service: str, layers: Sequence[str]) -> Query:
    """What fires on some layers of a service."""
    pattern = string("|".join(layers))
    return Query("Firing now", f'ALERTS{{alertstate="firing",service={string(service)},layer=~{pattern}}}')


def errors(component: Component, by: tuple[str, ...] = ()) -> Ratio | None:
    """Share of a component's requests that fail."""
    part, whole = component.signal("errors"), component.signal("requests")
    return Ratio(part=part, whole=whole, by=by) if part and whole else None


def slowness(component: Component, by: tuple[str, ...] = ()) -> Quantity | None:
    """Time within which 99 of 100 requests to a component are answered, or the highest where only a gauge exists."""
    signal = component.signal("latency")
    return distribution(signal, P99, by) if signal else None


def distribution(signal: Signal, quantile: Decimal, by: tuple[str, ...] = ()) -> Quantity:
    """What is most telling about a signal of any kind."""
    match signal.kind:
        case "counter":
            return Rate(signal=signal, by=by)
        case "histogram":
            return Quantile(signal=signal, q=quantile, by=by)
        case _:
            return Level(signal=signal, aggregate="avg", by=by)
