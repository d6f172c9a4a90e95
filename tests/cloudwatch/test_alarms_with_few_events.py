"""Alarms on ratios that must stand for some events: period and evaluation for any `for`, and generated cases."""

from decimal import Decimal

import pytest

from mlmon.alarms.cases import played
from mlmon.plan.conditions import Compare
from mlmon.plan.quantities import Ratio
from mlmon.plan.signals import CloudWatchBinding, Signal
from mlmon.targets.cloudwatch.alarm import MetricAlarm
from mlmon.targets.cloudwatch.cases import metric_cases
from mlmon.targets.cloudwatch.conditions import Frame, alarms
from mlmon.targets.cloudwatch.limits import problems
from mlmon.targets.cloudwatch.watched import watched
from mlmon.units import Duration

TOPIC = "arn:aws:sns:eu-west-1:123456789012:page"


def signal(name: str) -> Signal:
    bound = CloudWatchBinding("AWS/SageMaker", name, (("EndpointName", "a"),), "Count", "Sum", "silent")
    return Signal(name, "c", "counter", "requests", "Help.", "https://example.org", cloudwatch=bound)


def alarm(hold: str, window: str = "5m", threshold: str = "0.05", at_least: int = 5) -> MetricAlarm:
    item = Ratio(part=signal("errors"), whole=signal("requests"), window=Duration.of(window))
    made, _ = alarms(Compare(item, "above", Decimal(threshold), at_least), Frame("a", "A.", TOPIC, Duration.of(hold)))
    return made[0]


@pytest.mark.parametrize(
    ("hold", "window", "period", "count"),
    [
        ("0s", "5m", 300, 1),
        ("5m", "5m", 300, 2),
        ("15m", "5m", 300, 4),
        ("7m", "5m", 300, 2),
        ("1d", "5m", 3600, 24),
        ("5m", "1h", 3600, 1),
        ("2h", "1h", 3600, 3),
        ("2d", "1h", 3600, 49),
        ("7d", "1h", 3600, 168),
        ("30m", "1d", 86400, 1),
    ],
)
def test_windows_side_by_side_fill_the_hold_and_one_window_more(
    hold: str, window: str, period: int, count: int
) -> None:
    made = alarm(hold, window)
    assert {query.metric.period for query in made.metric_queries if query.metric} == {period}
    assert (made.evaluation_periods, made.datapoints_to_alarm) == (count, count)
    assert list(problems(made)) == []


@pytest.mark.parametrize(("threshold", "at_least"), [("0.05", 5), ("0.0001", 1), ("0.5", 5000), ("0", 50), ("0.01", 1)])
def test_cases_hold_for_any_threshold_and_floor(threshold: str, at_least: int) -> None:
    made = alarm("5m", threshold=threshold, at_least=at_least)
    cases = metric_cases(made)["cases"]
    assert [case["when"] for case in cases if played(watched(made), case) != case["ends"]] == []
    assert {f"all of {at_least - 1} events", f"all of {at_least} events"} <= {case["when"] for case in cases}
