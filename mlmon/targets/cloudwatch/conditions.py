"""Alerts as CloudWatch alarms: conditions become comparisons, bands, missing data, or composites of those.

Sources: CloudWatch user guide, "Using Amazon CloudWatch alarms", "Create a composite alarm", "Using CloudWatch anomaly
detection"; CloudWatch API reference, "PutMetricAlarm".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.baselines import Seasonal
from mlmon.plan.conditions import Absent, Both, Compare, Condition
from mlmon.targets.cloudwatch.alarm import AllOf, CompositeAlarm, InState, MetricAlarm, MetricQuery
from mlmon.targets.cloudwatch.measure import bound, measure, stat

if TYPE_CHECKING:
    from mlmon.plan.signals import CloudWatchBinding
    from mlmon.targets.cloudwatch.alarm import Action
    from mlmon.units import Duration

_OPERATOR: Final = {"above": "GreaterThanThreshold", "below": "LessThanThreshold"}
_BAND: Final = Decimal(2)
"""Width of an anomaly band in standard deviations, CloudWatch's own default."""
_MINUTE: Final = 60
_LONGEST_MINUTELY: Final = 3600


@dataclass(frozen=True)
class Frame:
    """What all alarms of one alert share: name, description, whom to tell, and how long the condition must hold."""

    name: str
    description: str
    topic: Action
    hold: Duration

    def told(self) -> dict[str, Any]:
        """Return the actions of the alarm that notifies."""
        return {"alarm_actions": (self.topic,), "ok_actions": (self.topic,)}

    def period(self, window: int | None = None) -> int:
        """Seconds of one period: a minute, five where it must hold for over an hour, or the number's own window."""
        return window or (_MINUTE if self.hold.seconds <= _LONGEST_MINUTELY else 5 * _MINUTE)

    def periods(self, window: int | None = None) -> dict[str, Any]:
        """Return the evaluation: every period within `hold` must breach, and at least one."""
        count = max(1, int(self.hold.seconds) // self.period(window))
        return {"evaluation_periods": count, "datapoints_to_alarm": count}


def alarms(condition: Condition, frame: Frame) -> tuple[tuple[MetricAlarm, ...], tuple[CompositeAlarm, ...]]:
    """Return the alarms of a condition and the composite that joins them; nothing where CloudWatch has no such."""
    match condition:
        case Compare(Seasonal() as quantity):
            return (_band(quantity, frame),), ()
        case Compare():
            made = _compare(condition, frame, frame.told())
            return ((made,) if made else ()), ()
        case Absent():
            return (_absent(condition, frame),), ()
        case Both():
            return _both(condition, frame)
        case _:
            return (), ()


def _compare(condition: Compare, frame: Frame, told: dict[str, Any]) -> MetricAlarm | None:
    read = measure(condition.quantity)
    if read is None:
        return None
    period = frame.period(read.window)
    shared = {
        "name": frame.name,
        "description": frame.description,
        "comparison_operator": _OPERATOR[condition.op],
        "threshold": read.native(condition.threshold),
        "treat_missing_data": missing(read.binding),
        **frame.periods(read.window),
        **told,
    }
    if read.math:
        return MetricAlarm(metric_queries=read.queries(period), **shared)
    _, signal, statistic = read.metrics[0]
    extended = statistic.startswith("p")
    metric = stat(signal, statistic, period)
    return MetricAlarm(
        namespace=metric.namespace,
        metric=metric.metric,
        dimensions=metric.dimensions,
        statistic="" if extended else statistic,
        extended_statistic=statistic if extended else "",
        # "ignore" would freeze the state below 10 / (1 - p) requests, which a quiet endpoint never reaches.
        evaluate_low_sample_count_percentiles="evaluate" if extended else "",
        period=period,
        **shared,
    )


def missing(binding: CloudWatchBinding) -> str:
    """Return what missing data means: without traffic nothing is wrong, of a silent machine nothing is known."""
    return "missing" if binding.idle == "steady" else "notBreaching"


def _absent(condition: Absent, frame: Frame) -> MetricAlarm:
    """A count of samples is never below zero, so that only the absence of data can breach."""
    binding = bound(condition.signal)
    return MetricAlarm(
        name=frame.name,
        description=frame.description,
        namespace=binding.namespace,
        metric=binding.metric,
        dimensions=dict(binding.dimensions),
        statistic="SampleCount",
        period=frame.period(),
        comparison_operator="LessThanThreshold",
        threshold=Decimal(0),
        treat_missing_data="breaching",
        **frame.periods(),
        **frame.told(),
    )


def _band(quantity: Seasonal, frame: Frame) -> MetricAlarm:
    """Traffic below the band that CloudWatch has learnt for this hour of the week."""
    metric = stat(quantity.signal, "Sum", 5 * _MINUTE)
    count = max(1, int(frame.hold.seconds) // (5 * _MINUTE))
    return MetricAlarm(
        name=frame.name,
        description=frame.description,
        metric_queries=(
            MetricQuery(id="m", metric=metric, return_data=True),
            MetricQuery(id="band", expression=f"ANOMALY_DETECTION_BAND(m, {_BAND})", label="usual", return_data=True),
        ),
        comparison_operator="LessThanLowerThreshold",
        threshold_metric_id="band",
        evaluation_periods=count,
        datapoints_to_alarm=count,
        treat_missing_data="missing",
        **frame.told(),
    )


def _both(condition: Both, frame: Frame) -> tuple[tuple[MetricAlarm, ...], tuple[CompositeAlarm, ...]]:
    """Each part is an alarm that tells nobody; the composite of them does."""
    parts = []
    for number, part in enumerate(condition.parts, start=1):
        if not isinstance(part, Compare):
            return (), ()
        own = Frame(f"{frame.name}-part{number}", f"Part {number} of {frame.name}.", frame.topic, frame.hold)
        made = _compare(part, own, {})
        if made is None:
            return (), ()
        parts.append(made)
    rule = AllOf(tuple(InState(alarm=alarm) for alarm in parts))
    whole = CompositeAlarm(name=frame.name, description=frame.description, rule=rule, **frame.told())
    return tuple(parts), (whole,)
