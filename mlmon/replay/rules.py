"""The rules of a service in the order in which they can be worked out, each reading only what is known by then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.conditions import on_backend
from mlmon.promql.text import string
from mlmon.promql.tree import kind, matchers, metric, nodes, tree
from mlmon.targets.prometheus.rules import groups, rule
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Alert, Outputs, ServicePlan

_OPERATORS: Final = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


@dataclass(frozen=True)
class Rule:
    """A recording rule: evaluated every `interval` seconds, recorded with these labels."""

    record: str
    expr: str
    labels: tuple[tuple[str, str], ...]
    interval: int
    reads: frozenset[str]


@dataclass(frozen=True)
class Judged:
    """An alert with its expression, the metrics that this reads, and the labels that the rule adds to its results."""

    alert: Alert
    expr: str
    reads: frozenset[str]
    adds: tuple[tuple[str, str], ...]

    def labels(self, found: dict[str, str]) -> tuple[tuple[str, str], ...]:
        """Return the labels that Alertmanager gets for one result."""
        kept = {name: value for name, value in found.items() if name != "__name__"}
        return tuple(sorted((kept | dict(self.adds)).items()))


def interval(outputs: Outputs) -> int:
    """Return how many seconds lie between two evaluations of the alerts: whole ones, since replays count in them."""
    return max(int(outputs.evaluation_interval.seconds), 1)


def names(expression: str) -> frozenset[str]:
    """Return the names of the metrics that an expression reads."""
    return frozenset(metric(node) for node in _selectors(expression))


def selectors(expression: str) -> list[str]:
    """Return each selector of an expression by itself, without its window and offset."""
    return list(dict.fromkeys(_written(node) for node in _selectors(expression)))


def _selectors(expression: str) -> list[Any]:
    root = tree(expression)
    return [] if root is None else [node for node in nodes(root) if kind(node) == "VectorSelector"]


def _written(node: Any) -> str:
    written = [f"{label}{_OPERATORS[how]}{string(value)}" for label, how, value in sorted(matchers(node))]
    return f"{node.name or ''}{{{', '.join(written)}}}"


def alerts(service: ServicePlan, outputs: Outputs) -> list[Judged]:
    """Return the alerts that Prometheus judges, those that a spec writes in PromQL among them."""
    found = [alert for alert in service.alerts if on_backend(alert.condition, "prometheus")]
    return [_judged(alert, service, outputs) for alert in found]


def elsewhere(service: ServicePlan) -> list[str]:
    """Return a note that names the alerts which only another backend judges; none where there are none."""
    found = (alert for alert in service.alerts if not on_backend(alert.condition, "prometheus"))
    names = sorted({f"{alert.name} of {alert.component}" for alert in found})
    return [f"not judged, because Prometheus does not have their signals: {', '.join(names)}"] if names else []


def _judged(alert: Alert, service: ServicePlan, outputs: Outputs) -> Judged:
    made = rule(alert, service, outputs)
    labels = {"alertname": alert.name, **made["labels"]}
    return Judged(alert, made["expr"], names(made["expr"]), tuple(labels.items()))


def recordings(service: ServicePlan, outputs: Outputs) -> list[Rule]:
    """Return every recording rule of a service."""
    return [
        _rule(entry, Duration.of(group["interval"]))
        for group in groups(service, outputs)
        for entry in group["rules"]
        if "record" in entry
    ]


def _rule(entry: dict[str, Any], interval: Duration) -> Rule:
    labels = tuple(sorted(entry.get("labels", {}).items()))
    return Rule(entry["record"], entry["expr"], labels, int(interval.seconds), names(entry["expr"]))


def passes(rules: list[Rule], wanted: Iterable[str]) -> list[list[Rule]]:
    """Return those rules on which the wanted metrics depend, in passes: each reads what the ones before it record."""
    needed, more = set[str](), set(wanted)
    while more:
        needed |= more
        more = {name for rule in rules if rule.record in needed for name in rule.reads} - needed
    left = [item for item in rules if item.record in needed]
    ordered: list[list[Rule]] = []
    while left:
        missing = {rule.record for rule in left}
        # A rule may look back on itself; what a cycle would leave over is worked out last, all at once.
        ready = [rule for rule in left if not (rule.reads & missing) - {rule.record}] or left
        ordered.append(ready)
        left = [rule for rule in left if rule not in ready]
    return ordered
