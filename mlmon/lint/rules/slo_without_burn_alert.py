"""No burn-rate alert fits into the period of an SLO.

Why: a tier whose long window is more than half of the period, or whose budget is less than the window's even share, is
left out. The usual tiers have some for every period; those of your own under `burn_rates:` in mlmon.yaml may have none
that fits, or none for this kind of SLO. Then the first thing anybody hears is that half of the budget is spent.

Instead: choose a longer period; 28 days always hold the same number of weekends. Or give the SLO tiers of its own:

    slos:
      - name: availability
        objective: 99.9%
        window: 1d
        tiers:
          - {name: page, severity: page, long: 1h, short: 5m, budget: 10%}

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
