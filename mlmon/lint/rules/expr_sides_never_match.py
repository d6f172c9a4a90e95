"""The two sides of an operator can never match, so an alert never fires, or an exception never holds.

Why: `and`, `unless`, comparisons and arithmetic pair series whose labels are all equal. Sides that are grouped by
different labels, or pinned to different values of one, have no pair: the result is empty for ever. A burn-rate alert
whose windows are a label is silent at an error rate of 100 % for that reason.

Instead: group both sides alike, or name the labels that count:

    expr: burn{window="5m"} > 14 and burn{window="1h"} > 14
    expr: burn{window="5m"} > 14 and ignoring (window) burn{window="1h"} > 14

Source: https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import expressions
from mlmon.promql.shape import conflict
from mlmon.promql.tree import kind, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR


def check(context: Context) -> Iterator[Issue]:
    """Yield every binary operator whose sides have no series in common for certain."""
    for owner, place, root in expressions(context):
        for node in nodes(root):
            reason = conflict(node) if kind(node) == "BinaryExpr" else ""
            if reason:
                effect = "excludes nothing" if str(node.op) == "unless" else "is always empty"
                message = f"{owner}: `{node.op}` {effect}: {reason}"
                yield Issue(place, message, "group both sides by the same labels, or add `on (...)`")
