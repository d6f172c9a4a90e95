"""An alert compares nothing, so it fires for every series all the time.

Why: Prometheus fires an alert for every series that its expression returns, whatever its value is. Without a
comparison, or with `bool` (which returns 0 instead of nothing), every series is returned.

Instead: compare, without `bool`:

    expr: app_queue_length > bool 100
    expr: app_queue_length > 100

Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import written
from mlmon.promql.tree import children, is_comparison, kind, metric, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR

_ONLY_WHILE_TRUE: Final = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
_ABSENT: Final = frozenset({"absent", "absent_over_time"})


def check(context: Context) -> Iterator[Issue]:
    """Yield every alert that has a result whenever its series exist; a dead man's switch reads none, and is left be."""
    for alert, root in written(context):
        if any(kind(node) == "VectorSelector" for node in nodes(root)) and not _may_be_empty(root):
            message = f"{alert.name} fires for every series all the time: nothing is compared"
            if any(is_comparison(node) for node in nodes(root)):
                message += ", since `bool` returns 0 instead of nothing"
            yield Issue(alert.origin, message, "compare with a threshold, without `bool`")


def _may_be_empty(node: Any) -> bool:
    """Tell whether a node can be without a result although all its series exist."""
    if kind(node) == "VectorSelector":
        return metric(node) in _ONLY_WHILE_TRUE
    if kind(node) == "Call" and node.func.name in _ABSENT:
        return True
    if kind(node) == "BinaryExpr":
        if str(node.op) == "unless" or is_comparison(node, filtering=True):
            return True
        if str(node.op) == "or":
            return _may_be_empty(node.lhs) and _may_be_empty(node.rhs)
    return any(_may_be_empty(child) for child in children(node))
