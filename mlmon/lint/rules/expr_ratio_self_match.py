"""A ratio divides some series of a metric by all of them, and matches each with itself.

Why: two series match when all their labels are equal. `errors / all` of one metric finds for the series
status="error" the same series on the other side, so the result is 1 as soon as there is one error in a million.

Instead: aggregate both sides first, so that the label is gone:

    expr: rate(x_total{status="error"}[5m]) / rate(x_total[5m]) > 0.05
    expr: sum by (service) (rate(x_total{status="error"}[5m])) / sum by (service) (rate(x_total[5m])) > 0.05

Source: https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import expressions
from mlmon.promql.tree import bare, kind, matchers, metric, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR


def check(context: Context) -> Iterator[Issue]:
    """Yield every division of unaggregated series of one metric by others of the same."""
    for owner, place, root in expressions(context):
        for node in nodes(root):
            if kind(node) != "BinaryExpr" or str(node.op) != "/" or _is_matched_by_hand(node):
                continue
            left, right = _selector(node.lhs), _selector(node.rhs)
            if left is not None and right is not None and _same_series(left, right):
                message = f"{owner} divides series of {metric(left)} by themselves, which always gives 1"
                yield Issue(place, message, "sum both sides by the same labels before the division")


def _is_matched_by_hand(node: Any) -> bool:
    return node.modifier is not None and node.modifier.matching is not None


def _selector(node: Any) -> Any | None:
    """The selector whose series a node has one by one; None where they are aggregated or more than one."""
    node = bare(node)
    while kind(node) in {"Call", "MatrixSelector"}:
        if kind(node) == "MatrixSelector":
            return node.vector_selector
        vectors = [argument for argument in node.args if kind(argument) not in {"NumberLiteral", "StringLiteral"}]
        if len(vectors) != 1:
            return None
        node = bare(vectors[0])
    return node if kind(node) == "VectorSelector" else None


def _same_series(left: Any, right: Any) -> bool:
    # The same metric at another time is a comparison with the past, which is what matching one by one is for.
    same_time = left.offset == right.offset and str(left.at) == str(right.at)
    return bool(metric(left)) and metric(left) == metric(right) and same_time and matchers(left) > matchers(right)
