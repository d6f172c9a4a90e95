"""Budgets and anomaly monitors of the AWS bill: what is written, who may publish, and what AWS would refuse."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pygohcl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mlmon.plan.model import Plan
from mlmon.spec.costs import Tag
from mlmon.targets import cloudwatch
from mlmon.targets.cloudwatch.budget import (
    Budget,
    CostMonitor,
    Notification,
    budget_block,
    budget_problems,
    cost_monitor_blocks,
)
from mlmon.targets.cloudwatch.hcl import render
from mlmon.targets.cloudwatch.terraform import render_module
from tests.support.cloudwatch import EXAMPLE, FRAUD, encoded
from tests.support.compiled import HEAD, PROJECT, RUNTIME, plan_of

HALF = Notification("ACTUAL", Decimal("50.00"), "ticket")
BUDGET = Budget(name="a", tag=("model", "fraud"), usd=Decimal("1500.50"), notifications=(HALF,))
MONITOR = CostMonitor(name="a b", tag=("model", "fraud"), usd=Decimal("1E+2"), topic="page")


def costly(folder: Path, aws: str, project: str = PROJECT) -> Plan:
    return plan_of(folder, f"{HEAD}{RUNTIME}costs:\n  aws: {aws}\n", project=project)


def parsed(text: str) -> dict[str, Any]:
    resources: dict[str, Any] = pygohcl.loads(text, keep_interpolations=True)["resource"]
    return resources


def test_a_budget_counts_one_tag_for_a_month() -> None:
    assert parsed(render([budget_block(BUDGET)])) == {
        "aws_budgets_budget": {
            "a": {
                "name": "a",
                "budget_type": "COST",
                "limit_amount": "1500.5",
                "limit_unit": "USD",
                "time_unit": "MONTHLY",
                "tags": "var.tags",
                "depends_on": ["aws_sns_topic_policy.ticket"],
                "cost_filter": {"name": "TagKeyValue", "values": ["user:model$fraud"]},
                "notification": {
                    "notification_type": "ACTUAL",
                    "comparison_operator": "GREATER_THAN",
                    "threshold": 50,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_sns_topic_arns": ["aws_sns_topic.ticket.arn"],
                },
            }
        }
    }


def test_an_anomaly_is_told_at_once_and_another_tag_makes_another_monitor() -> None:
    text = render(cost_monitor_blocks(MONITOR))
    found = parsed(text)
    assert encoded(text, "aws_ce_anomaly_monitor") == {"Tags": {"Key": "model", "Values": ["fraud"]}}
    assert found["terraform_data"]["a_b"] == {"input": {"key": "model", "value": "fraud"}}
    assert found["aws_ce_anomaly_monitor"]["a_b"]["lifecycle"] == {
        "create_before_destroy": True,
        "ignore_changes": ["monitor_specification"],
        "replace_triggered_by": ["terraform_data.a_b"],
    }
    assert found["aws_ce_anomaly_subscription"]["a_b"] == {
        "name": "a b",
        "frequency": "IMMEDIATE",
        "monitor_arn_list": ["aws_ce_anomaly_monitor.a_b.arn"],
        "tags": "var.tags",
        "depends_on": ["aws_sns_topic_policy.page"],
        "subscriber": {"type": "SNS", "address": "aws_sns_topic.page.arn"},
        "threshold_expression": {
            "dimension": {
                "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                "match_options": ["GREATER_THAN_OR_EQUAL"],
                "values": ["100"],
            }
        },
    }


def read_back(key: str, value: str) -> set[tuple[str, str]]:
    """The tag as each resource has it that is made for it."""
    text = render(
        [budget_block(replace(BUDGET, tag=(key, value))), *cost_monitor_blocks(replace(MONITOR, tag=(key, value)))]
    )
    found = parsed(text)
    (selected,) = found["aws_budgets_budget"]["a"]["cost_filter"]["values"]
    remembered, tags = found["terraform_data"]["a_b"]["input"], encoded(text, "aws_ce_anomaly_monitor")["Tags"]
    (watched,) = tags["Values"]
    user, _, rest = selected.partition(":")
    assert user == "user"
    return {
        (remembered["key"], remembered["value"]),
        (tags["Key"], watched),
        cast("tuple[str, str]", tuple(rest.split("$"))),
    }


ALLOWED = st.text("abswzAZ09_.:/=+@-éß漢 ", min_size=1, max_size=12)
TAGS = ALLOWED.filter(lambda text: text == text.strip() and not text.lower().startswith("aws:"))
SNIPPETS = ["${", "%{", "$", "}", "\\", '"', "\n", "\u212b", "e\u0301", "a", " ", "é"]
ANY = st.one_of(st.text(max_size=6), st.lists(st.sampled_from(SNIPPETS), max_size=4).map("".join))


@given(TAGS, TAGS)
@settings(max_examples=100, deadline=None)
def test_a_tag_is_read_back_equal(key: str, value: str) -> None:
    assert TypeAdapter(Tag).validate_python({key: value}) == (key, value)
    assert read_back(key, value) == {(key, value)}


@given(ANY)
@settings(max_examples=200, deadline=None)
def test_any_text_is_refused_or_read_back_equal(text: str) -> None:
    written = all(letter.isalnum() or letter in " _.:/=+-@" for letter in text) and text == text.strip() != ""
    allowed = written and not text.lower().startswith("aws:") and unicodedata.is_normalized("NFC", text)
    try:
        tag = TypeAdapter(Tag).validate_python({text: text})
    except ValidationError:
        assert not allowed
    else:
        assert allowed
        assert read_back(*tag) == {(text, text)}


@pytest.mark.parametrize("text", ["a", "A b", "é", "漢/字", "k:8s.io/app=x+y@z-_", "m" * 128])
def test_what_aws_allows_in_a_tag_is_allowed(text: str) -> None:
    assert TypeAdapter(Tag).validate_python({text: text}) == (text, text)


@pytest.mark.parametrize(
    "text", ["", " a", "a ", "a\tb", "a\nb", "$a", "a{b", "a%", "e\u0301", "\u212b", "aws:x", "Aws:x"]
)
def test_what_aws_refuses_or_terraform_changes_is_refused(text: str) -> None:
    for tag in ({text: "a"}, {"a": text}):
        with pytest.raises(ValidationError):
            TypeAdapter(Tag).validate_python(tag)


PROBLEMS = [
    (BUDGET, []),
    (replace(BUDGET, name="n" * 100), []),
    (replace(BUDGET, name="n" * 101), ["the name has 101 characters, 1 to 100 are allowed"]),
    (replace(BUDGET, name="a:b"), [r"the name 'a:b' must hold none of :, \ and /action/"]),
    (replace(BUDGET, name="a/action/b"), [r"the name 'a/action/b' must hold none of :, \ and /action/"]),
    (replace(BUDGET, notifications=()), ["0 notifications, 1 to 10 are allowed"]),
    (
        replace(BUDGET, notifications=tuple(replace(HALF, percent=Decimal(n)) for n in range(1, 12))),
        ["11 notifications, 1 to 10 are allowed"],
    ),
    (
        replace(BUDGET, notifications=(HALF, replace(HALF, percent=Decimal(50), topic="page"))),
        ["2 notifications at 50% of actual costs, 1 is allowed"],
    ),
    (replace(BUDGET, notifications=(HALF, replace(HALF, type="FORECASTED"))), []),
]


@pytest.mark.parametrize(("budget", "expected"), PROBLEMS)
def test_what_create_budget_would_refuse(budget: Budget, expected: list[str]) -> None:
    assert list(budget_problems(budget)) == expected


def test_a_name_that_is_too_long_is_refused_with_its_place(tmp_path: Path) -> None:
    long = "x" * 50
    project = PROJECT + f"  cloudwatch: {{region: eu-west-1, alarm_prefix: {long}}}\n"
    spec = f"{HEAD}{RUNTIME}costs:\n  aws: {{tag: {{model: a}}, usd_per_month: 5}}\n".replace(
        "name: fraud", f"name: {long}"
    )
    name = f"{long}-{long}-costs"
    assert cloudwatch.refusals(plan_of(tmp_path, spec, project=project)) == [
        f"service {long}: budget '{name}': the name has 107 characters, 1 to 100 are allowed"
    ]


def test_costs_alone_make_a_module_whose_topics_let_their_services_publish(tmp_path: Path) -> None:
    plan = costly(tmp_path, "{tag: {model: fraud}, usd_per_month: 5, anomaly: {usd: 1, severity: page}}")
    files = cloudwatch.render(plan)
    assert sorted(files) == [
        f"cloudwatch/{name}.tf" for name in ("fraud", "outputs", "topics", "variables", "versions")
    ]
    policies = {
        key: item["policy"] for key, item in parsed(files["cloudwatch/topics.tf"])["aws_sns_topic_policy"].items()
    }
    allowed = {
        key: [name for name in ("cloudwatch", "budgets", "costalerts") if f"{name}.amazonaws.com" in policy]
        for key, policy in policies.items()
    }
    assert allowed == {
        "page": ["cloudwatch", "costalerts"],
        "ticket": ["cloudwatch", "budgets"],
        "info": ["cloudwatch", "budgets"],
    }


@pytest.mark.parametrize("aws", ["{tag: {model: fraud}, usd_per_month: 5}", "{tag: {model: fraud}, anomaly: 5}"])
def test_only_what_is_asked_for_is_made(tmp_path: Path, aws: str) -> None:
    found = parsed(cloudwatch.render(costly(tmp_path, aws))["cloudwatch/fraud.tf"])
    anomaly = {"terraform_data", "aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription"}
    assert set(found) == ({"aws_budgets_budget"} if "usd_per_month" in aws else anomaly)
    assert all(set(items) == {"mlmon_fraud_costs"} for items in found.values())


def test_a_budget_is_no_alarm(tmp_path: Path) -> None:
    plan = costly(tmp_path, "{tag: {model: fraud}, usd_per_month: 5, anomaly: 5}")
    assert cloudwatch.CASES not in cloudwatch.render(plan)
    assert cloudwatch.refusals(plan) == []
    module = replace(EXAMPLE, services=(replace(FRAUD, budget=BUDGET, cost_monitor=MONITOR),))
    assert render_module(module)["outputs.tf"] == render_module(EXAMPLE)["outputs.tf"]
