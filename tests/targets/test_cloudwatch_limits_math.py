"""Every rule of AWS about alarms on metric math and anomaly bands."""

from dataclasses import replace
from typing import Any

import pytest

from mlmon.targets.cloudwatch.alarm import MetricAlarm, MetricQuery
from mlmon.targets.cloudwatch.limits import problems
from mlmon.targets.cloudwatch.limits_math import MAX_EXPRESSION, MAX_METRICS
from tests.support.cloudwatch import ERRORS as MATH
from tests.support.cloudwatch import TRAFFIC as BAND

RATIO, BAD, ALL = MATH.metric_queries
STAT = ALL.metric
assert STAT


def metrics(count: int) -> tuple[MetricQuery, ...]:
    rest = (MetricQuery(id=f"m{number}", metric=STAT) for number in range(count - 2))
    return (RATIO, BAD, ALL, *rest)


def expression(text: str, **others: Any) -> tuple[MetricQuery, ...]:
    return (replace(RATIO, expression=text, **others), BAD, ALL)


ALLOWED: list[tuple[MetricAlarm, dict[str, Any]]] = [
    (MATH, {"metric_queries": metrics(MAX_METRICS)}),
    (MATH, {"metric_queries": expression(f"bad{' ' * (MAX_EXPRESSION - 3)}")}),
    (MATH, {"metric_queries": expression("IF(all > 1e3, FILL(bad, 0) / all, 0)")}),
    (MATH, {"metric_queries": expression("SELECT SUM(x) FROM \"AWS/EC2\" WHERE a = 'b'", period=60)}),
    (MATH, {"metric_queries": (RATIO, replace(BAD, metric=replace(STAT, stat="p99")), ALL)}),
]
REFUSED: list[tuple[MetricAlarm, dict[str, Any], str]] = [
    (MATH, {"period": 60}, "period does not go with metric_queries"),
    (MATH, {"dimensions": {"k": "v"}}, "dimensions does not go with metric_queries"),
    (MATH, {"metric_queries": (RATIO, BAD, ALL, ALL)}, "2 queries have the id 'all'"),
    (
        MATH,
        {"metric_queries": (RATIO, BAD, ALL, replace(ALL, id="All"))},
        "the query id 'All' must be a lower-case letter, then letters, digits and _, at most 255",
    ),
    (MATH, {"metric_queries": metrics(MAX_METRICS + 1)}, "11 metrics are more than 10"),
    (
        MATH,
        {"metric_queries": (RATIO, BAD, replace(ALL, metric=replace(STAT, period=300)))},
        "all metrics of an alarm need the same period, not 60, 300 s",
    ),
    (
        MATH,
        {"metric_queries": (replace(RATIO, return_data=False), BAD, ALL)},
        "exactly one query must have return_data, not 0",
    ),
    (
        MATH,
        {"metric_queries": (RATIO, BAD, replace(ALL, return_data=True))},
        "exactly one query must have return_data, not 2",
    ),
    (
        MATH,
        {"metric_queries": (RATIO, BAD, replace(ALL, expression="bad"))},
        "query 'all': exactly one of metric and expression is needed",
    ),
    (
        MATH,
        {"metric_queries": (RATIO, BAD, replace(ALL, metric=replace(STAT, stat="p")))},
        "query 'all': stat 'p' is none that CloudWatch knows",
    ),
    (
        MATH,
        {"metric_queries": expression("x" * 1025 + "()")},
        "query 'ratio': the expression has 1027 characters, 1024 are allowed",
    ),
    (
        MATH,
        {"metric_queries": expression("bad / al")},
        "query 'ratio': the expression names 'al', which is the id of no query",
    ),
    (
        MATH,
        {"metric_queries": expression("SUM(SEARCH('{a}', 'Sum'))")},
        "query 'ratio': SEARCH is not allowed in an alarm",
    ),
    (MATH, {"metric_queries": expression("SELECT SUM(x)")}, "query 'ratio': a period is needed with SELECT"),
    (
        MATH,
        {"metric_queries": expression("bad", period=60)},
        "query 'ratio': a period goes with SELECT or with a metric only",
    ),
    (
        BAND,
        {"threshold_metric_id": "all"},
        "threshold_metric_id 'all' is the id of no query with ANOMALY_DETECTION_BAND",
    ),
    (
        BAND,
        {
            "metric_queries": (
                replace(BAND.metric_queries[0], return_data=False),
                replace(ALL, return_data=True),
                replace(BAD, return_data=True),
            )
        },
        "return_data must be set on the anomaly band and on one metric, not on all, bad",
    ),
    (
        BAND,
        {"metric_queries": (BAND.metric_queries[0], ALL)},
        "return_data must be set on the anomaly band and on one metric, not on band",
    ),
]


@pytest.mark.parametrize(("alarm", "changes"), ALLOWED)
def test_what_aws_allows_is_no_problem(alarm: MetricAlarm, changes: dict[str, Any]) -> None:
    assert problems(replace(alarm, **changes)) == []


@pytest.mark.parametrize(("alarm", "changes", "sentence"), REFUSED)
def test_what_aws_refuses_is_said_in_one_sentence(alarm: MetricAlarm, changes: dict[str, Any], sentence: str) -> None:
    assert problems(replace(alarm, **changes)) == [sentence]
