"""An alert that is written in PromQL has no `tests`.

Why: mlmon works out from its own conditions which input makes them true, and proves each alert with promtool. Of an
expression it knows nothing: a label that is misspelt gives an alert that loads, is green in every check, and never
fires.

Instead: give it one case in which it fires and one in which it does not:

    tests:
      - {series: [{series: app_rows, values: 0x40}], at: 30m, fires: true}
      - {series: [{series: app_rows, values: 7x40}], at: 30m, fires: false}

Source: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.plan.conditions import Written

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every hand-written alert that is not shown to fire, or not shown to be silent."""
    for alert in context.plan.alerts:
        if isinstance(alert.condition, Written):
            shown = {test.fires for test in alert.tests}
            if not shown:
                yield Issue(
                    alert.origin,
                    f"nothing proves that {alert.name} can fire",
                    "add `tests:` with a case of each outcome",
                )
            elif shown == {True}:
                yield Issue(alert.origin, f"no test shows {alert.name} silent", "add a case with `fires: false`")
            elif shown == {False}:
                yield Issue(alert.origin, f"no test shows {alert.name} firing", "add a case with `fires: true`")
