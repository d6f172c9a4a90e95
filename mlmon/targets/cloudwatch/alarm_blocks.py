"""Alarms as Terraform resources.

Sources: Terraform AWS provider docs, "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"; Terraform
language docs, "The lifecycle Meta-Argument".
"""

from __future__ import annotations

from mlmon.targets.cloudwatch.alarm import Alarm, CompositeAlarm, MetricAlarm, MetricQuery, MetricStat
from mlmon.targets.cloudwatch.composite import rule_parts
from mlmon.targets.cloudwatch.hcl import Block, Template, Value
from mlmon.targets.cloudwatch.names import action_ref, alarm_ref, alarm_type, slug, tags

# A composite must stop naming an alarm before that alarm can be deleted: AWS refuses otherwise, and without this
# Terraform deletes first (terraform-provider-aws#34807).
_LIFECYCLE = Block("lifecycle", body={"create_before_destroy": True})


def alarm_block(alarm: Alarm) -> Block:
    """Return the resource of an alarm, named after it."""
    specific = _composite(alarm) if isinstance(alarm, CompositeAlarm) else _metric(alarm)
    body: dict[str, Value | None] = {
        "alarm_name": alarm.name,
        "alarm_description": alarm.description,
        **specific,
        "alarm_actions": [action_ref(action) for action in alarm.alarm_actions],
        "ok_actions": [action_ref(action) for action in alarm.ok_actions],
        "insufficient_data_actions": [action_ref(action) for action in alarm.insufficient_data_actions],
        "tags": tags(alarm.tags),
    }
    return Block("resource", (alarm_type(alarm), slug(alarm.name)), _present(body), (*_nested(alarm), _LIFECYCLE))


def _metric(alarm: MetricAlarm) -> dict[str, Value | None]:
    return {
        "namespace": alarm.namespace,
        "metric_name": alarm.metric,
        "dimensions": alarm.dimensions,
        "statistic": alarm.statistic,
        "extended_statistic": alarm.extended_statistic,
        "period": alarm.period,
        "comparison_operator": alarm.comparison_operator,
        "threshold": alarm.threshold,
        "threshold_metric_id": alarm.threshold_metric_id,
        "evaluation_periods": alarm.evaluation_periods,
        "datapoints_to_alarm": alarm.datapoints_to_alarm,
        "treat_missing_data": alarm.treat_missing_data,
        "evaluate_low_sample_count_percentiles": alarm.evaluate_low_sample_count_percentiles,
    }


def _composite(alarm: CompositeAlarm) -> dict[str, Value | None]:
    parts = (part if isinstance(part, str) else alarm_ref(part, "alarm_name") for part in rule_parts(alarm.rule))
    return {"alarm_rule": Template(tuple(parts))}


def _nested(alarm: Alarm) -> tuple[Block, ...]:
    if isinstance(alarm, MetricAlarm):
        return tuple(_query(query) for query in alarm.metric_queries)
    if alarm.suppressor is None:
        return ()
    body: dict[str, Value] = {
        "alarm": alarm_ref(alarm.suppressor.alarm, "alarm_name"),
        "wait_period": alarm.suppressor.wait_seconds,
        "extension_period": alarm.suppressor.extension_seconds,
    }
    return (Block("actions_suppressor", body=body),)


def _query(query: MetricQuery) -> Block:
    body: dict[str, Value | None] = {
        "id": query.id,
        "expression": query.expression,
        "period": query.period,
        "label": query.label,
        "return_data": query.return_data,
    }
    return Block("metric_query", body=_present(body), blocks=(_stat(query.metric),) if query.metric else ())


def _stat(stat: MetricStat) -> Block:
    body: dict[str, Value | None] = {
        "namespace": stat.namespace,
        "metric_name": stat.metric,
        "dimensions": stat.dimensions,
        "period": stat.period,
        "stat": stat.stat,
    }
    return Block("metric", body=_present(body))


def _present(body: dict[str, Value | None]) -> dict[str, Value]:
    """Leave out what is not set; zero and false are."""
    return {name: value for name, value in body.items() if value is not None and value not in ("", [], {})}
