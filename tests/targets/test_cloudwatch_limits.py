"""Every rule of AWS about alarms: the last value that is allowed, and the sentence for the first that is not."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mlmon.targets.cloudwatch.alarm import (
    CompositeAlarm,
    InState,
    MetricAlarm,
    MetricQuery,
    MetricStat,
)
from mlmon.targets.cloudwatch.limits import BAND_OPERATORS, LIMIT_OPERATORS, MISSING_DATA, problems, problems_together

SINGLE = MetricAlarm(
    name="latency",
    namespace="AWS/SageMaker",
    metric="ModelLatency",
    extended_statistic="p99",
    period=60,
    comparison_operator="GreaterThanThreshold",
    threshold=Decimal(500000),
    evaluation_periods=5,
    datapoints_to_alarm=3,
)
STAT = MetricStat(namespace="AWS/SageMaker", metric="Invocations", stat="Sum", period=60)
RATIO = MetricQuery(id="ratio", expression="bad / (all + 1)", return_data=True)
BAD, ALL = MetricQuery(id="bad", metric=STAT), MetricQuery(id="all", metric=STAT)
NO_METRIC: dict[str, Any] = {"namespace": "", "metric": "", "extended_statistic": "", "period": None}
MATH = replace(SINGLE, **NO_METRIC, metric_queries=(RATIO, BAD, ALL))
BAND = replace(
    MATH,
    metric_queries=(
        MetricQuery(id="band", expression="ANOMALY_DETECTION_BAND(all, 2)", return_data=True),
        replace(ALL, return_data=True),
    ),
    comparison_operator="LessThanLowerThreshold",
    threshold=None,
    threshold_metric_id="band",
)
DAY, WEEK = 86_400, 604_800


def keys(count: int) -> dict[str, str]:
    return {f"k{number}": "v" for number in range(count)}


ALLOWED: list[tuple[MetricAlarm, dict[str, Any]]] = [
    (SINGLE, {}),
    (MATH, {}),
    (BAND, {}),
    (SINGLE, {"name": "n" * 255, "description": "d" * 1024, "tags": keys(50)}),
    (SINGLE, {"name": "Größe 漢字 (p99)"}),
    (SINGLE, {"alarm_actions": ("page",) * 5, "ok_actions": ("page",) * 5}),
    (SINGLE, {"period": 60, "evaluation_periods": DAY // 60}),
    (SINGLE, {"period": 3600, "evaluation_periods": WEEK // 3600}),
    (SINGLE, {"period": WEEK, "evaluation_periods": 1, "datapoints_to_alarm": 1}),
    (SINGLE, {"datapoints_to_alarm": 5}),
    (SINGLE, {"dimensions": {**keys(29), "d" * 255: "v" * 1024}}),
    (SINGLE, {"extended_statistic": "", "statistic": "SampleCount"}),
    (SINGLE, {"evaluate_low_sample_count_percentiles": "evaluate"}),
    *((SINGLE, {"period": period}) for period in (10, 20, 30, 120)),
    *((SINGLE, {"comparison_operator": operator}) for operator in LIMIT_OPERATORS),
    *((BAND, {"comparison_operator": operator}) for operator in BAND_OPERATORS),
    *((SINGLE, {"treat_missing_data": choice}) for choice in MISSING_DATA),
]
NEVER = "the alarm could never fire"
ASCII = "printable ASCII characters"
REFUSED: list[tuple[MetricAlarm, dict[str, Any], str]] = [
    (SINGLE, {"name": ""}, "the name has 0 characters, 1 to 255 are allowed"),
    (SINGLE, {"name": "n" * 256}, "the name has 256 characters, 1 to 255 are allowed"),
    (SINGLE, {"name": "a\tb"}, r"the name 'a\tb' contains a control character"),
    (SINGLE, {"description": "d" * 1025}, "the description has 1025 characters, 1024 are allowed"),
    (SINGLE, {"tags": keys(51)}, "51 tags are more than 50"),
    (SINGLE, {"tags": {"AWS:x": ""}}, "the tag key 'AWS:x' must have 1 to 128 characters and not start with aws:"),
    (SINGLE, {"tags": {"x": "v" * 257}}, "the tag 'x' has a value of 257 characters, 256 are allowed"),
    (SINGLE, {"ok_actions": ("page",) * 6}, "ok_actions lists 6 actions, 5 are allowed for a state"),
    (SINGLE, {"namespace": ":a"}, "the namespace ':a' must have 1 to 255 characters and not start with a colon"),
    (SINGLE, {"metric": ""}, "the metric name '' must have 1 to 255 characters"),
    (SINGLE, {"dimensions": keys(31)}, "31 dimensions are more than 30"),
    (SINGLE, {"dimensions": {":a": "b"}}, f"the dimension name ':a' must be 1 to 255 {ASCII}, the first no colon"),
    (SINGLE, {"dimensions": {"a": "é"}}, f"the dimension 'a' has the value 'é', which is not 1 to 1024 {ASCII}"),
    (SINGLE, {"dimensions": {"a": " "}}, f"the dimension 'a' has the value ' ', which is not 1 to 1024 {ASCII}"),
    (SINGLE, {"statistic": "Sum"}, "exactly one of statistic and extended_statistic is needed"),
    (SINGLE, {"extended_statistic": ""}, "exactly one of statistic and extended_statistic is needed"),
    (
        SINGLE,
        {"extended_statistic": "", "statistic": "p99"},
        "statistic 'p99' is none of SampleCount, Average, Sum, Minimum, Maximum (it belongs in extended_statistic)",
    ),
    (
        SINGLE,
        {"extended_statistic": "p101"},
        "extended_statistic 'p101' is none such as p99, tm90, TM(5%:95%) or IQM",
    ),
    (SINGLE, {"period": None}, "a period is needed"),
    (SINGLE, {"period": 45}, "period 45 s is none of 10, 20, 30 and no multiple of 60"),
    (SINGLE, {"period": 5}, "period 5 s is none of 10, 20, 30 and no multiple of 60"),
    (SINGLE, {"period": 0}, "period 0 s is none of 10, 20, 30 and no multiple of 60"),
    (SINGLE, {"period": -60}, "period -60 s is none of 10, 20, 30 and no multiple of 60"),
    (
        SINGLE,
        {"evaluation_periods": 1441},
        "period 60 s x evaluation_periods 1441 is 86460 s, 86400 s are allowed (periods below an hour)",
    ),
    (
        SINGLE,
        {"period": 3600, "evaluation_periods": 169},
        "period 3600 s x evaluation_periods 169 is 608400 s, 604800 s are allowed",
    ),
    (SINGLE, {"datapoints_to_alarm": 6}, f"datapoints_to_alarm 6 is more than evaluation_periods 5: {NEVER}"),
    (SINGLE, {"datapoints_to_alarm": 0}, "evaluation_periods (5) and datapoints_to_alarm (0) must be 1 or more"),
    (
        SINGLE,
        {"treat_missing_data": "notbreaching"},
        "treat_missing_data 'notbreaching' is none of breaching, notBreaching, ignore, missing",
    ),
    (
        SINGLE,
        {"comparison_operator": "LessThanLowerThreshold"},
        "comparison_operator 'LessThanLowerThreshold' does not compare with a threshold,"
        f" only {', '.join(LIMIT_OPERATORS)} do",
    ),
    (
        BAND,
        {"comparison_operator": "LessThanThreshold"},
        "comparison_operator 'LessThanThreshold' does not compare with an anomaly band,"
        f" only {', '.join(BAND_OPERATORS)} do",
    ),
    (SINGLE, {"threshold": None}, "exactly one of threshold and threshold_metric_id is needed"),
    (BAND, {"threshold": Decimal(1)}, "exactly one of threshold and threshold_metric_id is needed"),
    (SINGLE, {"threshold": Decimal("NaN")}, "threshold NaN is not a finite number"),
    (
        SINGLE,
        {"evaluate_low_sample_count_percentiles": "no"},
        "evaluate_low_sample_count_percentiles 'no' is neither evaluate nor ignore",
    ),
    (
        SINGLE,
        {"extended_statistic": "PR(:0.5)", "evaluate_low_sample_count_percentiles": "ignore"},
        "evaluate_low_sample_count_percentiles has no effect: no statistic is a percentile",
    ),
]


@pytest.mark.parametrize(("alarm", "changes"), ALLOWED)
def test_what_aws_allows_is_no_problem(alarm: MetricAlarm, changes: dict[str, Any]) -> None:
    assert problems(replace(alarm, **changes)) == []


@pytest.mark.parametrize(("alarm", "changes", "sentence"), REFUSED)
def test_what_aws_refuses_is_said_in_one_sentence(alarm: MetricAlarm, changes: dict[str, Any], sentence: str) -> None:
    assert problems(replace(alarm, **changes)) == [sentence]


def test_all_problems_are_said_at_once() -> None:
    assert len(problems(replace(SINGLE, name="", period=7, threshold=None, datapoints_to_alarm=9))) == 4


def test_names_are_unique_over_both_kinds_of_alarm() -> None:
    composite = CompositeAlarm(name="latency", rule=InState(alarm=SINGLE))
    assert problems_together([SINGLE, replace(SINGLE, name="errors")]) == []
    assert problems_together([SINGLE, composite]) == [
        "2 alarms are named 'latency': each would overwrite the one before"
    ]


def test_names_that_become_the_same_resource_are_reported() -> None:
    together = problems_together([replace(SINGLE, name=name) for name in ("p-99", "p_99", "P 99")])
    assert together == ["3 alarm names become aws_cloudwatch_metric_alarm.p_99: rename one"]
