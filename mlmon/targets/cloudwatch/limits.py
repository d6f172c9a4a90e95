"""What AWS refuses about an alarm, or accepts although it can never work, said before anything is applied.

Sources: CloudWatch API reference, "PutMetricAlarm", "PutCompositeAlarm", "Dimension", "Tag"; CloudWatch user guide,
"Alarm evaluation" and "CloudWatch service quotas". None of `terraform validate` and the AWS provider checks all of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from mlmon.targets.cloudwatch.alarm import Alarm, CompositeAlarm, MetricAlarm
from mlmon.targets.cloudwatch.limits_composite import composite_problems
from mlmon.targets.cloudwatch.limits_math import math_problems
from mlmon.targets.cloudwatch.limits_metric import metric_problems, window_problems
from mlmon.targets.cloudwatch.names import alarm_type, slug
from mlmon.targets.cloudwatch.statistic import BASIC, is_extended, is_percentile

LIMIT_OPERATORS = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)
"""Compare with `threshold`."""

BAND_OPERATORS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
"""Compare with the anomaly band that `threshold_metric_id` names."""

MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
"""What `treat_missing_data` may be."""


def problems(alarm: Alarm) -> list[str]:
    """Return one sentence for each rule of AWS that the alarm breaks; an empty list if it would be accepted."""
    common = [*_name(alarm), *_tags(alarm), *_actions(alarm)]
    if isinstance(alarm, CompositeAlarm):
        return [*common, *composite_problems(alarm)]
    specific = math_problems(alarm) if alarm.metric_queries else _single_metric(alarm)
    return [*common, *specific, *_evaluation(alarm), *_threshold(alarm), *_low_samples(alarm)]


def problems_together(alarms: Iterable[Alarm]) -> list[str]:
    """Return one sentence for each name used twice: PutMetricAlarm overwrites, so one of the two would vanish."""
    alarms = list(alarms)
    names = Counter(alarm.name for alarm in alarms)
    addresses = Counter(f"{kind}.{slug(name)}" for kind, name in {(alarm_type(alarm), alarm.name) for alarm in alarms})
    return [
        *(f"{n} alarms are named {name!r}: each would overwrite the one before" for name, n in names.items() if n > 1),
        *(f"{n} alarm names become {address}: rename one" for address, n in sorted(addresses.items()) if n > 1),
    ]


def _name(alarm: Alarm) -> Iterator[str]:
    if not 1 <= len(alarm.name) <= 255:
        yield f"the name has {len(alarm.name)} characters, 1 to 255 are allowed"
    if re.search(r"[\x00-\x1f\x7f]", alarm.name):
        yield f"the name {alarm.name!r} contains a control character"
    if len(alarm.description) > 1024:
        yield f"the description has {len(alarm.description)} characters, 1024 are allowed"


def _tags(alarm: Alarm) -> Iterator[str]:
    if len(alarm.tags) > 50:
        yield f"{len(alarm.tags)} tags are more than 50"
    for key, value in alarm.tags.items():
        if not 1 <= len(key) <= 128 or key.lower().startswith("aws:"):
            yield f"the tag key {key!r} must have 1 to 128 characters and not start with aws:"
        if len(value) > 256:
            yield f"the tag {key!r} has a value of {len(value)} characters, 256 are allowed"


def _actions(alarm: Alarm) -> Iterator[str]:
    for field in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
        actions = getattr(alarm, field)
        if len(actions) > 5:
            yield f"{field} lists {len(actions)} actions, 5 are allowed for a state"


def _single_metric(alarm: MetricAlarm) -> Iterator[str]:
    yield from metric_problems(alarm.namespace, alarm.metric, alarm.dimensions)
    if bool(alarm.statistic) == bool(alarm.extended_statistic):
        yield "exactly one of statistic and extended_statistic is needed"
    if alarm.statistic and alarm.statistic not in BASIC:
        where = " (it belongs in extended_statistic)" if is_extended(alarm.statistic) else ""
        yield f"statistic {alarm.statistic!r} is none of {', '.join(BASIC)}{where}"
    if alarm.extended_statistic and not is_extended(alarm.extended_statistic):
        yield f"extended_statistic {alarm.extended_statistic!r} is none such as p99, tm90, TM(5%:95%) or IQM"
    if alarm.period is None:
        yield "a period is needed"
    else:
        yield from window_problems(alarm.period, alarm.evaluation_periods, shortest=10)


def _evaluation(alarm: MetricAlarm) -> Iterator[str]:
    n, m = alarm.evaluation_periods, alarm.datapoints_to_alarm
    if n < 1 or m < 1:
        yield f"evaluation_periods ({n}) and datapoints_to_alarm ({m}) must be 1 or more"
    if m > n:
        yield f"datapoints_to_alarm {m} is more than evaluation_periods {n}: the alarm could never fire"
    if alarm.treat_missing_data not in MISSING_DATA:
        yield f"treat_missing_data {alarm.treat_missing_data!r} is none of {', '.join(MISSING_DATA)}"


def _threshold(alarm: MetricAlarm) -> Iterator[str]:
    band = bool(alarm.threshold_metric_id)
    operators = BAND_OPERATORS if band else LIMIT_OPERATORS
    if alarm.comparison_operator not in operators:
        target = "an anomaly band" if band else "a threshold"
        wrong = f"comparison_operator {alarm.comparison_operator!r} does not compare with {target}"
        yield f"{wrong}, only {', '.join(operators)} do"
    if band == (alarm.threshold is not None):
        yield "exactly one of threshold and threshold_metric_id is needed"
    if alarm.threshold is not None and not alarm.threshold.is_finite():
        yield f"threshold {alarm.threshold} is not a finite number"


def _low_samples(alarm: MetricAlarm) -> Iterator[str]:
    choice = alarm.evaluate_low_sample_count_percentiles
    if choice not in ("", "evaluate", "ignore"):
        yield f"evaluate_low_sample_count_percentiles {choice!r} is neither evaluate nor ignore"
    statistics = [alarm.extended_statistic, *(query.metric.stat for query in alarm.metric_queries if query.metric)]
    if choice and not any(map(is_percentile, statistics)):
        yield "evaluate_low_sample_count_percentiles has no effect: no statistic is a percentile"
