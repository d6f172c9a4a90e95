"""Burn-rate tiers as alarms: one for each window, and a composite of the two; the faster tier holds back the slower.

A window longer than a day is more than one period of an alarm can hold, so tiers with such windows exist on Prometheus
only. Source: CloudWatch API reference, "PutMetricAlarm" (period and evaluation range); the SRE workbook, chapter 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.slo import Events
from mlmon.targets.cloudwatch.alarm import (
    AllOf,
    CompositeAlarm,
    InState,
    MetricAlarm,
    MetricQuery,
    MetricStat,
    Suppressor,
)
from mlmon.targets.cloudwatch.measure import stats

if TYPE_CHECKING:
    from mlmon.plan.slo import BurnTier, Slo
    from mlmon.targets.cloudwatch.conditions import Frame
    from mlmon.units import Duration

_DAY: Final = 86400
_SUPPRESS_WAIT: Final = 120
"""Seconds that a slow tier waits for a fast one to speak first: two evaluations of an alarm."""


def burn_alarms(
    slo: Slo, tier: BurnTier, frame: Frame, faster: CompositeAlarm | None
) -> tuple[tuple[MetricAlarm, ...], CompositeAlarm] | None:
    """Return the two windows' alarms and their composite, or None where CloudWatch cannot tell."""
    if not isinstance(slo.indicator, Events) or slo.indicator.marks != "bad" or slo.group_by or slo.slice:
        return None
    counted = [(bad, total) for bad, total in slo.indicator.pairs if bad.cloudwatch and total.cloudwatch]
    if not counted or tier.long.seconds > _DAY:
        return None
    windows = tuple(_window(slo, tier, window, frame) for window in (tier.long, tier.short))
    rule = AllOf(tuple(InState(alarm=alarm) for alarm in windows))
    held_back = Suppressor(alarm=faster, wait_seconds=_SUPPRESS_WAIT, extension_seconds=60) if faster else None
    whole = CompositeAlarm(
        name=frame.name, description=frame.description, rule=rule, suppressor=held_back, **frame.told()
    )
    return windows, whole


def _window(slo: Slo, tier: BurnTier, window: Duration, frame: Frame) -> MetricAlarm:
    period = int(window.seconds)
    pairs = slo.indicator.pairs if isinstance(slo.indicator, Events) else ()
    counted = [(bad, total) for bad, total in pairs if bad.cloudwatch and total.cloudwatch]
    read: dict[str, MetricStat] = {}
    for number, (bad, total) in enumerate(counted):
        read |= stats(f"bad{number}", bad, "Sum", period) | stats(f"all{number}", total, "Sum", period)
    queries = [MetricQuery(id=name, metric=metric) for name, metric in read.items()]
    failed, every = (
        " + ".join(f"FILL({name}, 0)" for name in read if name.startswith(kind)) for kind in ("bad", "all")
    )
    enough = f"({failed}) >= {tier.min_errors if window == tier.long else 0}"
    ratio = f"IF(({every}) > 0 AND {enough}, ({failed}) / ({every}), 0)"
    return MetricAlarm(
        name=f"{frame.name}-{window}",
        description=f"The {window} window of {frame.name}.",
        metric_queries=(*queries, MetricQuery(id="ratio", expression=ratio, return_data=True)),
        comparison_operator="GreaterThanThreshold",
        threshold=tier.threshold(slo.objective).normalize(),
        evaluation_periods=1,
        datapoints_to_alarm=1,
        treat_missing_data="notBreaching",
    )
