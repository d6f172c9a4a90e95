"""A latency threshold is not a bucket bound of the histogram it is compared with.

Why: a quantile is interpolated inside its bucket, so between two bounds it is a guess. With buckets at 0.5 s and 1 s a
threshold of 700 ms fires for services that answer in 510 ms and stays silent for others that need 990 ms.

Instead: choose a bucket bound as the threshold, or give the service a bucket at the threshold and list it under
`signals.<name>.prometheus.buckets`.

Source: https://prometheus.io/docs/practices/histograms/#errors-of-quantile-estimation
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.plan.conditions import Compare
from mlmon.plan.quantities import Quantile
from mlmon.units import show

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every quantile alert whose threshold lies between two bounds."""
    for alert in context.plan.alerts:
        condition = alert.condition
        if not isinstance(condition, Compare) or not isinstance(condition.quantity, Quantile):
            continue
        signal = condition.quantity.signal
        bounds = (
            sorted(bound * signal.prometheus.scale for bound in signal.prometheus.buckets) if signal.prometheus else []
        )
        if bounds and condition.threshold not in bounds:
            shown = show(condition.threshold, signal.unit)
            near = [bound for bound in bounds if bound < condition.threshold][-1:]
            near += [bound for bound in bounds if bound > condition.threshold][:1]
            advice = (
                f"choose {' or '.join(show(bound, signal.unit) for bound in near)}, or add the bucket to the service"
            )
            message = f"{alert.name} ({alert.severity}): {shown} is between two buckets of {signal.name}"
            yield Issue(alert.origin, message, advice)
