"""A rate looks back over less than four scrapes.

Why: a rate needs two samples. Over fewer than four scrapes, one scrape that fails or comes late leaves the window
with a single sample: the rate has no value, and an alert on it resets its `for` and stays silent.

Instead: look back over at least four scrapes, or scrape more often:

    expr: rate(app_errors_total[30s]) > 1     # with a scrape every 15 s: two samples at best
    expr: rate(app_errors_total[1m]) > 1      # four

Source: https://www.robustperception.io/what-range-should-i-use-with-rate/
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import expressions
from mlmon.plan.conditions import Both, Compare
from mlmon.promql.tree import calls, kind
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.conditions import Condition
    from mlmon.plan.quantities import Quantity

SEVERITY = Severity.ERROR

_SCRAPES: Final = 4
_NEED_TWO: Final = frozenset({"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear"})


def check(context: Context) -> Iterator[Issue]:
    """Yield the ranges of PromQL written by hand, and the windows of the packs' alerts, that are too short."""
    interval = context.plan.outputs.scrape_interval
    least = Duration(interval.seconds * _SCRAPES)
    for _, place, root in expressions(context):
        for call in calls(root, _NEED_TWO):
            for window in (argument for argument in call.args if kind(argument) == "MatrixSelector"):
                span = Duration(Decimal(str(window.range.total_seconds())))
                if span < least:
                    message = f"{call.func.name}() looks back over {span}, less than four scrapes of {interval}"
                    yield Issue(place, message, f"write a range of {least} or more")
    yield from _planned(context, interval, least)


def _planned(context: Context, interval: Duration, least: Duration) -> Iterator[Issue]:
    short = defaultdict(list)
    for alert in context.plan.alerts:
        for quantity in _quantities(alert.condition):
            if quantity.window < least and any(signal.kind in {"counter", "histogram"} for signal in quantity.signals):
                short[quantity.window].append(f"{alert.name} of {alert.service}")
    project = context.workspace.project
    for window, names in sorted(short.items()):
        if project:
            place = project.document.locate(("outputs", "prometheus", "scrape_interval"))
            who = f"{names[0]} and {len(names) - 1} more alerts look" if names[1:] else f"{names[0]} looks"
            message = f"{who} back over {window}, less than four scrapes of {interval}"
            yield Issue(place, message, f"scrape every {Duration(window.seconds / _SCRAPES)} or more often")


def _quantities(condition: Condition) -> list[Quantity]:
    parts = condition.parts if isinstance(condition, Both) else (condition,)
    return [part.quantity for part in parts if isinstance(part, Compare)]
