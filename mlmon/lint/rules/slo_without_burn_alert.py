"""No burn-rate alert fits into the period of an SLO.

Why: the alerts look back over an hour to three days. Of a period that is hardly longer than that, a fast burn cannot
be told from an ordinary hour, so it gets no burn-rate alert: the first thing anybody hears is that the budget is spent.

Instead: choose a longer period; 28 days always hold the same number of weekends. Or give the SLO tiers of its own:

    slos:
      - {name: availability, objective: 99.9%, window: 28d}     # was: window: 1d

Source: https://sre.google/workbook/alerting-on-slos/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every SLO without a burn-rate tier."""
    for service in context.plan.services:
        for slo in service.slos:
            if not slo.tiers:
                message = f"nothing fires while the budget of {slo.name} burns: no burn-rate tier fits {slo.period}"
                yield Issue(slo.origin, message, "choose a longer window, such as 28d, or give it `tiers:`")
