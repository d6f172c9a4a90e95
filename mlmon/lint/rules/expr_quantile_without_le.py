"""histogram_quantile() is given buckets that have been summed without their bound `le`.

Why: a quantile is read off the buckets, and a bucket is its label `le`. Once that is aggregated away nothing is left
to read: the expression has no result, and the alert never fires.

Instead: keep `le` in the grouping:

    expr: histogram_quantile(0.99, sum by (service) (rate(latency_seconds_bucket[5m]))) > 1
    expr: histogram_quantile(0.99, sum by (service, le) (rate(latency_seconds_bucket[5m]))) > 1

Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import expressions
from mlmon.promql.shape import shape
from mlmon.promql.tree import calls, kind, metric, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR

_QUANTILE: Final = frozenset({"histogram_quantile"})


def check(context: Context) -> Iterator[Issue]:
    """Yield every quantile of classic buckets whose `le` cannot be there any more."""
    for owner, place, root in expressions(context):
        for call in calls(root, _QUANTILE):
            if _loses_le(call.args[-1]):
                message = f"{owner}: the buckets are summed without `le`, so the quantile has no value"
                yield Issue(place, message, "add `le` to the labels in `by (...)`")


def _loses_le(buckets: Any) -> bool:
    # A native histogram has no `le`; only classic ones have series that end in _bucket.
    if not any(kind(node) == "VectorSelector" and metric(node).endswith("_bucket") for node in nodes(buckets)):
        return False
    names = shape(buckets).names
    dropped = [
        node
        for node in nodes(buckets)
        if kind(node) == "AggregateExpr" and node.modifier is not None and str(node.modifier.type).endswith("Without")
    ]
    return (names is not None and "le" not in names) or any("le" in node.modifier.labels for node in dropped)
