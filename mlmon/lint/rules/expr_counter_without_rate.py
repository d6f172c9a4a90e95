"""A counter is compared as it stands.

Why: a counter only rises. Once it has passed the threshold the alert fires until the process restarts, whether
anything is wrong or not; and after a restart it is silent however many errors there are.

Instead: compare its rate, or its increase over a while:

    expr: app_errors_total > 100
    expr: increase(app_errors_total[15m]) > 100

Source: https://prometheus.io/docs/concepts/metric_types/#counter
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.kinds import metric_kinds
from mlmon.lint.written import written
from mlmon.promql.tree import against_number, bare, kind, metric, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING

_KEEPING: Final = frozenset({"sum", "max", "min", "avg", "topk", "bottomk", "quantile"})


def check(context: Context) -> Iterator[Issue]:
    """Yield every comparison of a counter with a number."""
    kinds = metric_kinds(context.plan)
    for alert, root in written(context):
        for node in nodes(root):
            compared = against_number(node)
            name = _compared_metric(compared[0]) if compared else ""
            if kinds.get(name, "counter" if name.endswith("_total") else "") == "counter":
                message = f"{alert.name} compares the counter {name} as it stands: it rises and never comes back"
                yield Issue(alert.origin, message, f"compare rate({name}[5m]) or increase({name}[15m])")


def _compared_metric(node: Any) -> str:
    while kind(node) == "AggregateExpr" and str(node.op) in _KEEPING:
        node = bare(node.expr)
    return metric(node) if kind(node) == "VectorSelector" else ""
