"""What a Terraform module, its topics and its queries break, each with the place it is about."""

from dataclasses import replace
from typing import Any

import pytest

from mlmon.targets.cloudwatch.dashboard import Dashboard
from mlmon.targets.cloudwatch.logs import LogsQuery, logs_query_problems
from mlmon.targets.cloudwatch.terraform import Module, module_problems
from mlmon.targets.cloudwatch.topic import SnsTopic, topic_problems
from tests.support.cloudwatch import EXAMPLE, FRAUD, LATENCY, SLOWEST, SYMPTOMS


def test_the_example_breaks_no_rule() -> None:
    assert module_problems(EXAMPLE) == []


def module(**changes: Any) -> Module:
    return replace(EXAMPLE, services=(replace(FRAUD, **changes),))


TWICE = replace(
    EXAMPLE, services=(FRAUD, replace(FRAUD, name="fraud_detector", alarms=(), composites=(), dashboards=()))
)
PROBLEMS = [
    (replace(EXAMPLE, topics=(SnsTopic(key="p", name="a b"),)), ["topic p: the topic name 'a b' must be"]),
    (
        module(alarms=(replace(LATENCY, period=7),)),
        ["service fraud-detector: alarm 'fraud-detector-latency-p99': period 7 s"],
    ),
    (
        module(queries=(LogsQuery(name="q", query="x" * 10_000),)),
        ["service fraud-detector: query 'q': the query has 10000"],
    ),
    (
        module(dashboards=(Dashboard(name="a b", widgets=()),)),
        ["service fraud-detector: dashboard 'a b': the dashboard name"],
    ),
    (module(composites=(SYMPTOMS, SYMPTOMS)), ["2 alarms are named 'fraud-detector-symptoms'"]),
    (module(name="topics"), ["two parts of the module need the file topics.tf: rename one"]),
    (module(name="override"), ["two parts of the module need the file override.tf: rename one"]),
    (
        module(queries=(SLOWEST, SLOWEST)),
        ["two parts of the module need the query mlmon_fraud_detector_slowest_requests"],
    ),
    (
        TWICE,
        [
            "two parts of the module need the file fraud-detector.tf",
            "two parts of the module need the query mlmon_fraud_detector_slowest_requests",
        ],
    ),
]


@pytest.mark.parametrize(("broken", "starts"), PROBLEMS)
def test_problems_of_a_module_say_where_they_are(broken: Module, starts: list[str]) -> None:
    found = module_problems(broken)
    assert [sentence[: len(start)] for sentence, start in zip(found, starts, strict=True)] == starts


def test_limits_of_topics_and_queries() -> None:
    assert list(topic_problems(SnsTopic(key="p", name="n" * 256))) == []
    assert len(list(topic_problems(SnsTopic(key="p", name="n" * 257)))) == 1
    assert list(logs_query_problems(LogsQuery(name="n" * 255, query="q" * 9_999, log_groups=("/a.b-c_d#1",)))) == []
    assert len(list(logs_query_problems(LogsQuery(name="", query="", log_groups=("a b",))))) == 3
