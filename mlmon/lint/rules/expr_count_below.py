"""A count is compared with a lower limit, but there is no count of nothing.

Why: `count(up == 1) < 2` fires when one of two is left. When none is left there is nothing to count, the result is
empty instead of 0, and the alert falls silent in the worst case.

Instead: say what nothing counts as:

    expr: count(up{job="ranker"} == 1) < 2
    expr: (count(up{job="ranker"} == 1) or vector(0)) < 2

Source: https://www.robustperception.io/existential-issues-with-metrics/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import written
from mlmon.promql.tree import against_number, kind, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR


def check(context: Context) -> Iterator[Issue]:
    """Yield every comparison of a count that holds for 0, which a count never is."""
    for alert, root in written(context):
        for node in nodes(root):
            compared = against_number(node)
            if compared and _is_count(compared[0]) and _holds_at_zero(compared[1], compared[2]):
                message = f"{alert.name} is silent when nothing is left to count: the result is empty, not 0"
                yield Issue(alert.origin, message, "write `(count(...) or vector(0))` before the comparison")


def _is_count(node: Any) -> bool:
    # With `by`, the groups that are gone cannot be named; without, there is exactly one number to expect.
    return kind(node) == "AggregateExpr" and str(node.op) == "count" and node.modifier is None


def _holds_at_zero(operator: str, limit: float) -> bool:
    return (operator == "<" and limit > 0) or (operator == "<=" and limit >= 0) or (operator == "==" and limit == 0)
