"""absent() is asked about several things at once.

Why: absent() has a result only when nothing at all matches. Over a regular expression or without any label it is
silent until the last of them is gone; and of a comparison it fires while the comparison does not hold, which is
the healthy case.

Instead: one absent() per thing, with labels that equal something:

    expr: absent(up{job=~"ranker|encoder"})
    expr: absent(up{job="ranker"}) or absent(up{job="encoder"})

Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#absent
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.written import written
from mlmon.promql.tree import bare, calls, fixed, is_comparison, kind, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING

_ABSENT: Final = frozenset({"absent", "absent_over_time"})


def check(context: Context) -> Iterator[Issue]:
    """Yield every absent() that more than one thing can keep silent, or that a healthy one sets off."""
    for alert, root in written(context):
        for call in calls(root, _ABSENT):
            found = _problem(bare(call.args[0]))
            if found:
                message, advice = found
                yield Issue(alert.origin, f"{alert.name}: {call.func.name}() {message}", advice)


def _problem(node: Any) -> tuple[str, str] | None:
    if is_comparison(node):
        return "of a comparison fires while it does not hold", "ask for the series alone, without the comparison"
    selector = node.vector_selector if kind(node) == "MatrixSelector" else node
    if kind(selector) != "VectorSelector":
        return None
    loose = not fixed(selector).keys() - {"__name__"}
    several = [label for label, pattern in patterns(selector).items() if loose or "|" in pattern]
    if several:
        return f"is silent until all values of {several[0]} are gone", f"write one absent() for each {several[0]}"
    if loose:
        return "is silent while any series of any service is there", 'add a label that equals one, such as job="ranker"'
    return None
