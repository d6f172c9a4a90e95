"""A label holds content, such as a user or a request, instead of topology.

Why: every value of a label is a time series of its own. Regions, instances and model versions are few; users,
requests, prompts and addresses are without end, and take Prometheus down (or the CloudWatch bill up) when traffic
grows. They often are personal data as well.

Instead: leave the label out and put the value into a log line or a trace:

    expr: sum by (user_id) (rate(app_errors_total[5m])) > 1     # one series per user
    expr: sum by (region) (rate(app_errors_total[5m])) > 1      # a handful

Source: https://prometheus.io/docs/practices/naming/#labels
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import expressions
from mlmon.plan.cardinality import is_content
from mlmon.promql.tree import kind, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from mlmon.diagnostics import Place
    from mlmon.plan.model import Component, ServicePlan
    from mlmon.spec.load import Loaded
    from mlmon.spec.service import Service

SEVERITY = Severity.ERROR


def check(context: Context) -> Iterator[Issue]:
    """Yield every label of content in a binding, a grouping or a legend."""
    for service, spec in context.services():
        for label, place in (*_bound(service, spec), *_grouped(service)):
            yield from _issue(label, place)
    for _, place, root in expressions(context):
        for label in dict.fromkeys(label for node in nodes(root) for label in _labels(node)):
            yield from _issue(label, place)


def _issue(label: str, place: Place) -> Iterator[Issue]:
    if is_content(label):
        advice = "use topology (region, instance, model version); content belongs in logs and traces"
        yield Issue(place, f"the label {label} holds content, of which there is no end", advice)


def _bound(service: ServicePlan, spec: Loaded[Service]) -> Iterator[tuple[str, Place]]:
    model = spec.model.model
    version = model.version_label if model and model.version_label else ""
    yield version, spec.document.locate(("model", "version_label"))
    for component in service.components:
        for signal in component.signals:
            for canonical, label in signal.prometheus.labels if signal.prometheus else ():
                if label != version:
                    yield label, _override(component, spec, signal.name, "prometheus", "labels", canonical)
            for dimension, _ in signal.cloudwatch.dimensions if signal.cloudwatch else ():
                yield dimension, _override(component, spec, signal.name, "cloudwatch", "dimensions", dimension)


def _override(component: Component, spec: Loaded[Service], *below: str) -> Place:
    """The place in the spec's own `signals:`, or the component where its pack says so."""
    own = next((path for path, place in spec.document.values.items() if place == component.origin), ())
    where = (*own, "signals", *below)
    return spec.document.locate(where) if where in spec.document.values else component.origin


def _grouped(service: ServicePlan) -> Iterator[tuple[str, Place]]:
    for alert in service.alerts:
        quantity = getattr(alert.condition, "quantity", None)
        for label in quantity.by if quantity else ():
            yield label, alert.origin
    for panel in service.panels:
        for series in panel.series:
            names = [name for _, name, _, _ in string.Formatter().parse(series.legend) if name]
            for label in (*series.quantity.by, *names):
                yield label, service.origin


def _labels(node: Any) -> list[str]:
    modifier = getattr(node, "modifier", None) if kind(node) in {"AggregateExpr", "BinaryExpr"} else None
    if modifier is None:
        return []
    if kind(node) == "AggregateExpr":
        return list(modifier.labels) if str(modifier.type).endswith("By") else []
    return list(modifier.group_labels or ())
