"""Every alarm of the fleet does what its generated cases say, and the cases would notice a changed alarm."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
import yaml

from mlmon.alarms.cases import played, played_together
from mlmon.targets import cloudwatch
from mlmon.targets.cloudwatch.alarm import Alarm, AllOf, AnyOf, CompositeAlarm, MetricAlarm
from mlmon.targets.cloudwatch.cases import composite_cases, metric_cases
from mlmon.targets.cloudwatch.fleet import module
from mlmon.targets.cloudwatch.watched import decides, watched
from tests.support.cloudwatch import CPU, ERRORS, LATENCY, PAGE, TRAFFIC
from tests.support.fleet import fleet
from tests.support.presets import everything, plan_of_spec


@cache
def alarms() -> dict[str, Alarm]:
    made = module(fleet())
    assert made is not None
    return {alarm.name: alarm for service in made.services for alarm in service.all_alarms}


@cache
def cases() -> dict[str, list[dict[str, Any]]]:
    listed = yaml.safe_load(cloudwatch.render(fleet())[cloudwatch.CASES])["alarms"]
    return {entry["alarm"]: entry["cases"] for entry in listed}


def failures(alarm: Alarm, some: list[dict[str, Any]]) -> list[str]:
    """Names of the cases that end otherwise."""
    found = []
    for case in some:
        if isinstance(alarm, CompositeAlarm):
            ends, tells = played_together(decides(alarm.rule), case)
            assert tells == (ends == "ALARM" and case.get("tells") != "nobody")
        else:
            ends = played(watched(alarm), case)
        found += [case["when"]] if ends != case["ends"] else []
    return found


def test_every_alarm_has_cases_that_page_and_cases_that_do_not() -> None:
    assert cases().keys() == alarms().keys()
    for name, some in cases().items():
        assert {"ALARM", "OK"} <= {case["ends"] for case in some}, name


@pytest.mark.parametrize("name", alarms())
def test_an_alarm_does_what_its_cases_say(name: str) -> None:
    assert failures(alarms()[name], cases()[name]) == []


def metric_alarm(part: str) -> MetricAlarm:
    (found,) = [alarm for name, alarm in alarms().items() if name.endswith(f"fraud-detector-{part}")]
    assert isinstance(found, MetricAlarm)
    return found


SAMPLED = replace(LATENCY, evaluate_low_sample_count_percentiles="evaluate")
"""A case has one sample a minute."""
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("HighErrorRatio-page", {"threshold": Decimal("0.011")}),
    ("HighErrorRatio-page", {"threshold": Decimal("0.0099")}),
    ("HighErrorRatio-page", {"datapoints_to_alarm": 1}),
    ("HighErrorRatio-page", {"evaluation_periods": 3, "datapoints_to_alarm": 3}),
    ("HighErrorRatio-page", {"treat_missing_data": "breaching"}),
    ("HighErrorRatio-page", {"comparison_operator": "GreaterThanOrEqualToThreshold"}),
    ("HighLatencyP99-page", {"threshold": Decimal(1000)}),
    ("EndpointMemoryHigh-ticket", {"treat_missing_data": "notBreaching"}),
    ("EndpointAbsent-page", {"treat_missing_data": "missing"}),
    ("TrafficLow-ticket", {"comparison_operator": "GreaterThanUpperThreshold"}),
    ("ErrorBudgetBurn-availability-page-fast-1h", {"threshold": Decimal("0.0145")}),
]


@pytest.mark.parametrize(("part", "change"), CHANGES)
def test_a_changed_alarm_is_noticed(part: str, change: dict[str, Any]) -> None:
    alarm = metric_alarm(part)
    assert failures(replace(alarm, **change), cases()[alarm.name])


@pytest.mark.parametrize("part", ["ErrorBudgetBurn-availability-page-fast-1h", "HighErrorRatio-page"])
def test_a_window_that_waits_for_fewer_errors_is_noticed(part: str) -> None:
    alarm = metric_alarm(part)
    queries = tuple(
        replace(query, expression=query.expression.replace(">= 5", ">= 4")) for query in alarm.metric_queries
    )
    assert failures(replace(alarm, metric_queries=queries), cases()[alarm.name]) == ["all of 4 events"]


def test_a_composite_of_any_part_is_noticed() -> None:
    (alarm,) = [
        item
        for name, item in alarms().items()
        if name.endswith("fraud-detector-ErrorBudgetBurn-availability-page-fast") and isinstance(item, CompositeAlarm)
    ]
    assert isinstance(alarm.rule, AllOf)
    changed = replace(alarm, rule=AnyOf(alarm.rule.rules))
    assert len(failures(changed, cases()[alarm.name])) == 2


@pytest.mark.parametrize("alarm", [SAMPLED, ERRORS, TRAFFIC, CPU], ids=lambda alarm: alarm.name)
def test_alarms_of_other_shapes(alarm: MetricAlarm) -> None:
    assert failures(alarm, metric_cases(alarm)["cases"]) == []


def test_an_alarm_that_waits_for_samples_stays_as_it_is() -> None:
    assert LATENCY.evaluate_low_sample_count_percentiles == "ignore"
    case = {"when": "", "series": {"m": "600000*5"}, "ends": "INSUFFICIENT_DATA"}
    assert failures(LATENCY, [case]) == []


def test_a_rule_of_every_kind() -> None:
    names = [part.name for part in (LATENCY, ERRORS, TRAFFIC)]
    rule = decides(PAGE.rule)
    quiet = dict.fromkeys([*names, "fraud-detector-symptoms"], "OK")
    assert rule(quiet | {"fraud-detector-errors": "ALARM"})
    assert not rule(quiet | {"fraud-detector-errors": "ALARM", "fraud-detector-traffic-lost": "ALARM"})
    assert not rule(quiet)


def test_a_composite_without_suppressor_has_a_case_for_each_part() -> None:
    (alarm,) = [
        item
        for name, item in alarms().items()
        if name.endswith("fraud-detector-ErrorBudgetBurn-availability-page-fast") and isinstance(item, CompositeAlarm)
    ]
    assert [case["ends"] for case in composite_cases(alarm)["cases"]] == ["ALARM", "OK", "OK"]


@cache
def all_presets() -> dict[str, Alarm]:
    plan = plan_of_spec(everything()).plan
    assert plan is not None
    made = module(plan)
    assert made is not None
    return {alarm.name: alarm for service in made.services for alarm in service.all_alarms}


def test_every_alarm_of_every_preset() -> None:
    assert len(all_presets()) > 15
    for alarm in all_presets().values():
        made = metric_cases(alarm) if isinstance(alarm, MetricAlarm) else composite_cases(alarm)
        assert failures(alarm, made["cases"]) == [], alarm.name
