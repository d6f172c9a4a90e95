"""A gauge is given to a function for counters.

Why: rate() and increase() take every fall for a restart and add the value before it once more. Of a temperature or a
queue that goes up and down they make a number that means nothing; of a gauge that holds an error code they make
the difference of two codes.

Instead: use delta() or deriv() for how a gauge changes, max_over_time() for its peak, and changes() for a code:

    expr: increase(ml_queue_depth[15m]) > 50
    expr: delta(ml_queue_depth[15m]) > 50

Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.kinds import metric_kinds
from mlmon.lint.written import expressions
from mlmon.promql.tree import RATES, calls, kind, metric, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR


def check(context: Context) -> Iterator[Issue]:
    """Yield every rate of a metric that a component of the fleet knows to be a gauge."""
    kinds = metric_kinds(context.plan)
    for owner, place, root in expressions(context):
        for call in calls(root, RATES):
            for node in nodes(call.args[0]):
                name = metric(node) if kind(node) == "VectorSelector" else ""
                if kinds.get(name) in {"gauge", "timestamp"}:
                    message = f"{owner} takes {call.func.name}() of {name}, which is a gauge"
                    yield Issue(place, message, f"use delta(), deriv() or max_over_time() of {name}")
