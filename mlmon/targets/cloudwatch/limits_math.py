"""What AWS refuses about an alarm on metric math.

Sources: CloudWatch API reference, "MetricDataQuery"; CloudWatch user guide, "Create an alarm based on a metric math
expression" and "Using CloudWatch anomaly detection"; the Terraform AWS provider's validation of `metric_query`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from mlmon.targets.cloudwatch.alarm import MetricAlarm, MetricQuery
from mlmon.targets.cloudwatch.limits_metric import metric_problems, window_problems
from mlmon.targets.cloudwatch.statistic import BASIC, is_extended

MAX_METRICS = 10
"""Metrics in one alarm; expressions do not count."""

MAX_EXPRESSION = 1024
"""Characters: AWS takes 2048, the Terraform provider stops at this."""

_ID = re.compile(r"[a-z][A-Za-z0-9_]{0,254}")
_NAME_IN_EXPRESSION = re.compile(r"(?<![\w.])[a-z]\w*\b(?!\s*\()")
_SINGLE_METRIC_FIELDS = ("namespace", "metric", "dimensions", "statistic", "extended_statistic", "period")


def math_problems(alarm: MetricAlarm) -> Iterator[str]:
    """Yield a sentence for each rule that the alarm's `metric_queries` break."""
    queries = alarm.metric_queries
    for field in _SINGLE_METRIC_FIELDS:
        if getattr(alarm, field):
            yield f"{field} does not go with metric_queries"
    yield from _ids(queries)
    yield from _results(alarm)
    yield from _metrics(alarm)
    known = {query.id for query in queries}
    for query in queries:
        yield from (f"query {query.id!r}: {problem}" for problem in _query(query, known))


def _ids(queries: tuple[MetricQuery, ...]) -> Iterator[str]:
    for name, count in Counter(query.id for query in queries).items():
        if count > 1:
            yield f"{count} queries have the id {name!r}"
        if not _ID.fullmatch(name):
            yield f"the query id {name!r} must be a lower-case letter, then letters, digits and _, at most 255"


def _results(alarm: MetricAlarm) -> Iterator[str]:
    returned = [query.id for query in alarm.metric_queries if query.return_data]
    band = alarm.threshold_metric_id
    if not band:
        if len(returned) != 1:
            yield f"exactly one query must have return_data, not {len(returned)}"
        return
    if not any(query.id == band and "ANOMALY_DETECTION_BAND" in query.expression for query in alarm.metric_queries):
        yield f"threshold_metric_id {band!r} is the id of no query with ANOMALY_DETECTION_BAND"
    if len(returned) != 2 or band not in returned:
        yield f"return_data must be set on the anomaly band and on one metric, not on {', '.join(returned) or 'none'}"


def _metrics(alarm: MetricAlarm) -> Iterator[str]:
    periods = [query.metric.period for query in alarm.metric_queries if query.metric]
    if len(periods) > MAX_METRICS:
        yield f"{len(periods)} metrics are more than {MAX_METRICS}"
    if len(set(periods)) > 1:
        yield f"all metrics of an alarm need the same period, not {', '.join(map(str, sorted(set(periods))))} s"
    expressions = [query.period for query in alarm.metric_queries if query.period is not None]
    for period in sorted({*periods, *expressions}):
        yield from window_problems(period, alarm.evaluation_periods, shortest=1)


def _query(query: MetricQuery, known: set[str]) -> Iterator[str]:
    if bool(query.expression) == (query.metric is not None):
        yield "exactly one of metric and expression is needed"
    if query.metric:
        yield from metric_problems(query.metric.namespace, query.metric.metric, query.metric.dimensions)
        if query.metric.stat not in BASIC and not is_extended(query.metric.stat):
            yield f"stat {query.metric.stat!r} is none that CloudWatch knows"
    if query.expression:
        yield from _expression(query, known)


def _expression(query: MetricQuery, known: set[str]) -> Iterator[str]:
    if len(query.expression) > MAX_EXPRESSION:
        yield f"the expression has {len(query.expression)} characters, {MAX_EXPRESSION} are allowed"
    is_select = bool(re.match(r"\s*SELECT\b", query.expression, re.IGNORECASE))
    if is_select != (query.period is not None):
        yield "a period is needed with SELECT" if is_select else "a period goes with SELECT or with a metric only"
    if is_select:
        return
    code = re.sub(r"'[^']*'|\"[^\"]*\"", " ", query.expression)
    if re.search(r"\bSEARCH\s*\(", code):
        yield "SEARCH is not allowed in an alarm"
    for name in sorted(set(_NAME_IN_EXPRESSION.findall(code)) - known):
        yield f"the expression names {name!r}, which is the id of no query"
