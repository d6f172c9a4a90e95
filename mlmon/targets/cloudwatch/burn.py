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
    from collections.abc import Sequence
    from decimal import Decimal

    from mlmon.plan.signals import Signal
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
    limit = tier.threshold(slo.objective).normalize()
    windows = tuple(
        _window(frame.name, window, _failing(counted, window, least), limit)
        for window, least in ((tier.long, tier.min_errors), (tier.short, 0))
    )
    rule = AllOf(tuple(InState(alarm=alarm) for alarm in windows))
    held_back = Suppressor(alarm=faster, wait_seconds=_SUPPRESS_WAIT, extension_seconds=60) if faster else None
    whole = CompositeAlarm(
        name=frame.name, description=frame.description, rule=rule, suppressor=held_back, **frame.told()
    )
    return windows, whole


def _failing(counted: Sequence[tuple[Signal, Signal]], window: Duration, least: int) -> tuple[MetricQuery, ...]:
    """The share of bad events in a window, 0 unless so many of them are in it; the last query is the result."""
    period = int(window.seconds)
    read: dict[str, MetricStat] = {}
    for number, (bad, total) in enumerate(counted):
        read |= stats(f"bad{number}", bad, "Sum", period) | stats(f"all{number}", total, "Sum", period)
    failed, every = (
        " + ".join(f"FILL({name}, 0)" for name in read if name.startswith(kind)) for kind in ("bad", "all")
    )
    ratio = f"IF(({every}) > 0 AND ({failed}) >= {least}, ({failed}) / ({every}), 0)"
    queries = (MetricQuery(id=name, metric=metric) for name, metric in read.items())
    return (*queries, MetricQuery(id="ratio", expression=ratio, return_data=True))


def _window(name: str, window: Duration, queries: tuple[MetricQuery, ...], limit: Decimal) -> MetricAlarm:
    return MetricAlarm(
        name=f"{name}-{window}",
        description=f"The {window} window of {name}.",
        metric_queries=queries,
        comparison_operator="GreaterThanThreshold",
        threshold=limit,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        treat_missing_data="notBreaching",
    )
