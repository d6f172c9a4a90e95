"""An alert on single events waits longer than it remembers them.

Why: `increase(errors_total[5m]) > 0` holds for five minutes after an event. With `for: 10m` it is forgotten before
the alert may fire, so that it takes events all the time to be told of one.

Instead: wait less than the window looks back, or look back further:

    alerts:
      GPUDoubleBitErrors: {for: 5m}     # looks back over 1h; was: {for: 2h}

Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.plan.conditions import Compare, NewCode, Written
from mlmon.plan.quantities import Increase
from mlmon.promql.tree import against_number, bare, kind, tree
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.conditions import Condition

SEVERITY = Severity.WARNING

_EVENTS: Final = frozenset({"increase", "changes", "resets"})


def check(context: Context) -> Iterator[Issue]:
    """Yield every alert that fires on one event and whose `for` is as long as its window."""
    for service, spec in context.services():
        for alert in service.alerts:
            window = _window(alert.condition)
            if window and not alert.for_ < window:
                where = ("alerts", alert.name, "for")
                place = spec.document.locate(where) if where in spec.document.values else alert.origin
                message = f"{alert.name} waits {alert.for_}, but forgets an event after {window}"
                yield Issue(place, message, f"write a `for` well below {window}, or look back further")


def _window(condition: Condition) -> Duration | None:
    """How long one event makes a condition hold; None where it takes more than one, or is not about events."""
    match condition:
        case NewCode(_, _, window):
            return window
        case Compare(Increase() as quantity, "above", threshold) if threshold == 0:
            return quantity.window
        case Written(expr):
            return _written_window(expr)
        case _:
            return None


def _written_window(expression: str) -> Duration | None:
    root = tree(expression)
    compared = against_number(bare(root)) if root is not None else None
    if not compared or (compared[1], compared[2]) not in {(">", 0.0), (">=", 1.0), ("!=", 0.0)}:
        return None
    node = compared[0]
    while kind(node) == "AggregateExpr":
        node = bare(node.expr)
    if kind(node) != "Call" or node.func.name not in _EVENTS or kind(node.args[0]) != "MatrixSelector":
        return None
    return Duration(Decimal(str(node.args[0].range.total_seconds())))
