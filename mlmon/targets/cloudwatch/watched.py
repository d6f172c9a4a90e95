"""Alarms as the imitation of CloudWatch takes them, so that what ships can be tried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from mlmon.alarms.evaluate import Watched
from mlmon.targets.cloudwatch.alarm import AllOf, AnyOf, InState

if TYPE_CHECKING:
    from mlmon.alarms.composite import Rule as Decides
    from mlmon.alarms.states import Missing
    from mlmon.targets.cloudwatch.alarm import MetricAlarm, Rule

_SINGLE: Final = "m"
"""The id of the metric of an alarm that has only one, and no math."""
_BAND: Final = "ANOMALY_DETECTION_BAND"


def watched(alarm: MetricAlarm) -> Watched:
    """Return what the alarm watches; the band of an anomaly detector is left out, it has to be given."""
    metrics = [(query.id, query.metric) for query in alarm.metric_queries if query.metric]
    expressions = [(query.id, query.expression) for query in alarm.metric_queries if query.expression]
    (result,) = [query.id for query in alarm.metric_queries if query.return_data and _BAND not in query.expression] or [
        _SINGLE
    ]
    return Watched(
        statistics={name: metric.stat for name, metric in metrics}
        or {_SINGLE: alarm.statistic or alarm.extended_statistic},
        period=metrics[0][1].period if metrics else alarm.period or 0,
        expressions=tuple((name, expression) for name, expression in expressions if _BAND not in expression),
        result=result,
        operator=alarm.comparison_operator,
        threshold=alarm.threshold,
        n=alarm.evaluation_periods,
        m=alarm.datapoints_to_alarm,
        missing=cast("Missing", alarm.treat_missing_data),
        ignores_few_samples=alarm.evaluate_low_sample_count_percentiles == "ignore",
    )


def decides(rule: Rule) -> Decides:
    """Return a composite's rule as a function of the states of the alarms that it names."""
    if isinstance(rule, InState):
        name, state = rule.alarm.name, rule.state
        return lambda states: states[name] == state
    if isinstance(rule, AllOf | AnyOf):
        parts, together = [decides(part) for part in rule.rules], all if isinstance(rule, AllOf) else any
        return lambda states: together(part(states) for part in parts)
    negated = decides(rule.rule)
    return lambda states: not negated(states)
