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
from mlmon.plan.quantities import Ratio
from mlmon.targets.cloudwatch.alarm import AllOf, CompositeAlarm, InState, MetricAlarm, MetricQuery
from mlmon.targets.cloudwatch.measure import bound, measure, ratio, stat, stats, total

if TYPE_CHECKING:
    from mlmon.plan.signals import CloudWatchBinding
    from mlmon.targets.cloudwatch.alarm import Action
    from mlmon.targets.cloudwatch.measure import Measure
    from mlmon.units import Duration

_OPERATOR: Final = {"above": "GreaterThanThreshold", "below": "LessThanThreshold"}
_BAND: Final = Decimal(2)
"""Width of an anomaly band in standard deviations, CloudWatch's own default."""
_MINUTE: Final = 60
_LONGEST_MINUTELY: Final = 3600
_DAY: Final = 86400


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
        """Seconds of one period: the number's own window, else a minute, or more where it must hold for long.

        An alarm looks back on a day at most, and on a week only with periods of an hour or more.
        """
        if self.hold.seconds <= _LONGEST_MINUTELY:
            return window or _MINUTE
        return window or (5 * _MINUTE if self.hold.seconds <= _DAY else _LONGEST_MINUTELY)

    def periods(self, window: int | None = None) -> dict[str, Any]:
        """Return the evaluation: every period within `hold` must breach, and at least one."""
        count = max(1, int(self.hold.seconds) // self.period(window))
        return {"evaluation_periods": count, "datapoints_to_alarm": count}

    def rolling(self, window: int) -> tuple[int, dict[str, Any]]:
        """Return seconds of a period and the evaluation of events that are counted over a window of so many seconds.

        From every moment of `hold` Prometheus looks back a whole window, so that the windows side by side reach one
        further. Where that is more than an alarm can look back on, the events of each hour are counted.
        """
        hold, longest = int(self.hold.seconds), _DAY if window < _LONGEST_MINUTELY else 7 * _DAY
        period = window if window + hold <= longest else max(window, _LONGEST_MINUTELY)
        count = max(hold // period, 1) if window + hold > longest else hold // period + 1
        return period, {"evaluation_periods": count, "datapoints_to_alarm": count}


def alarms(condition: Condition, frame: Frame) -> tuple[tuple[MetricAlarm, ...], tuple[CompositeAlarm, ...]]:
    """Return the alarms of a condition and the composite that joins them; nothing where CloudWatch has no such."""
    match condition:
        case Compare(Seasonal() as quantity):
            return (_band(quantity, frame),), ()
        case Compare():
            made = _compare(condition, frame, frame.told())
            return ((made,) if made else ()), ()
        case Absent():
            # One metric of several without data is what every healthy hour without errors looks like.
            return ((_absent(condition, frame),) if not bound(condition.signal).plus else ()), ()
        case Both():
            return _both(condition, frame)
        case _:
            return (), ()


def _compare(condition: Compare, frame: Frame, told: dict[str, Any]) -> MetricAlarm | None:
    if isinstance(condition.quantity, Ratio) and condition.at_least is not None:
        read: Measure | None = ratio(condition.quantity, condition.at_least)
        period, evaluation = frame.rolling(int(condition.quantity.window.seconds))
    else:
        read = measure(condition.quantity)
        window = read.window if read else None
        period, evaluation = frame.period(window), frame.periods(window)
    if read is None:
        return None
    shared = {
        "name": frame.name,
        "description": frame.description,
        "comparison_operator": _OPERATOR[condition.op],
        "threshold": read.native(condition.threshold),
        "treat_missing_data": missing(read.binding),
        **evaluation,
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
    signal = quantity.signal
    read = stats("m", signal, "Sum", 5 * _MINUTE)
    watched = "usual" if bound(signal).plus else "m"
    added = (MetricQuery(id="usual", expression=total("m", signal), return_data=True),) if bound(signal).plus else ()
    count = max(1, int(frame.hold.seconds) // (5 * _MINUTE))
    return MetricAlarm(
        name=frame.name,
        description=frame.description,
        metric_queries=(
            *(MetricQuery(id=name, metric=metric, return_data=name == watched) for name, metric in read.items()),
            *added,
            MetricQuery(
                id="band", expression=f"ANOMALY_DETECTION_BAND({watched}, {_BAND})", label="usual", return_data=True
            ),
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
