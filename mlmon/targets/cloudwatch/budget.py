"""Budgets and anomaly monitors of the AWS bill, for the costs that carry one cost allocation tag.

Sources: AWS Budgets API reference, "Budget", "Notification", "CreateBudget" (names of 1 to 100 characters without `:`
and `\\`, at most ten notifications); cost management user guide, "Creating budget filters", "Getting started with AWS
Cost Anomaly Detection"; Cost Explorer API reference, "AnomalySubscription"; Terraform AWS provider docs,
"aws_budgets_budget", "aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from mlmon.targets.cloudwatch.hcl import Block, Ref, Value, json_encode
from mlmon.targets.cloudwatch.names import policy_ref, slug, tags, topic_ref

Tag: TypeAlias = tuple[str, str]
"""Key and value of a cost allocation tag that users have defined; AWS's own ones have no `user:` in filters."""


@dataclass(frozen=True)
class Notification:
    """Told once costs exceed a percentage of the budget."""

    type: Literal["ACTUAL", "FORECASTED"]
    percent: Decimal
    topic: str
    """Key of an SnsTopic of the same module."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What everything with one tag may cost within a calendar month."""

    name: str
    """Unique in the account, in all regions together."""
    tag: Tag
    usd: Decimal
    notifications: tuple[Notification, ...]


@dataclass(frozen=True, kw_only=True)
class CostMonitor:
    """Watches the costs with one tag for anomalies, and tells of those whose impact is large enough."""

    name: str
    tag: Tag
    usd: Decimal
    """Total impact from which on an anomaly is told."""
    topic: str
    """Key of an SnsTopic of the same module."""


def budget_problems(budget: Budget) -> Iterator[str]:
    """Yield a sentence for each rule of CreateBudget that the budget breaks."""
    if not 1 <= len(budget.name) <= 100:
        yield f"the name has {len(budget.name)} characters, 1 to 100 are allowed"
    if ":" in budget.name or "\\" in budget.name or "/action/" in budget.name:
        yield f"the name {budget.name!r} must hold none of :, \\ and /action/"
    if not 1 <= len(budget.notifications) <= 10:
        yield f"{len(budget.notifications)} notifications, 1 to 10 are allowed"
    told = Counter((item.type.lower(), item.percent.normalize()) for item in budget.notifications)
    yield from (
        f"{n} notifications at {percent:f}% of {kind} costs, 1 is allowed"
        for (kind, percent), n in told.items()
        if n > 1
    )


def budget_block(budget: Budget) -> Block:
    """Return the budget; it counts what the bill counts, credits and refunds included."""
    body: dict[str, Value] = {
        "name": budget.name,
        "budget_type": "COST",
        "limit_amount": f"{budget.usd.normalize():f}",
        "limit_unit": "USD",
        "time_unit": "MONTHLY",
        "tags": tags({}),
        "depends_on": [policy_ref(topic) for topic in dict.fromkeys(item.topic for item in budget.notifications)],
    }
    key, value = budget.tag
    only = Block("cost_filter", body={"name": "TagKeyValue", "values": [f"user:{key}${value}"]})
    notifications = (_notification(item) for item in budget.notifications)
    return Block("resource", ("aws_budgets_budget", slug(budget.name)), body, (only, *notifications))


def cost_monitor_blocks(monitor: CostMonitor) -> tuple[Block, Block, Block]:
    """Return the tag as Terraform's own data, the monitor and its subscription.

    The provider reads the expression back with a null for each field that its release knows and the module does not
    name, and would replace the monitor on every apply. So that difference is ignored, and the tag replaces it instead.
    """
    name, (key, value) = slug(monitor.name), monitor.tag
    remembered = Block("resource", ("terraform_data", name), {"input": {"key": key, "value": value}})
    body: dict[str, Value] = {
        "name": monitor.name,
        "monitor_type": "CUSTOM",
        "monitor_specification": json_encode({"Tags": {"Key": key, "Values": [value]}}),
        "tags": tags({}),
    }
    lifecycle: dict[str, Value] = {
        # A subscription must be told of the new monitor while it still has the old one.
        "create_before_destroy": True,
        "ignore_changes": [Ref("monitor_specification")],
        "replace_triggered_by": [Ref(f"terraform_data.{name}")],
    }
    return (
        remembered,
        Block("resource", ("aws_ce_anomaly_monitor", name), body, (Block("lifecycle", body=lifecycle),)),
        _subscription(monitor, name),
    )


def _notification(item: Notification) -> Block:
    body: dict[str, Value] = {
        "notification_type": item.type,
        "comparison_operator": "GREATER_THAN",
        "threshold": item.percent.normalize(),
        "threshold_type": "PERCENTAGE",
        "subscriber_sns_topic_arns": [topic_ref(item.topic)],
    }
    return Block("notification", body=body)


def _subscription(monitor: CostMonitor, name: str) -> Block:
    body: dict[str, Value] = {
        "name": monitor.name,
        "frequency": "IMMEDIATE",
        "monitor_arn_list": [Ref(f"aws_ce_anomaly_monitor.{name}.arn")],
        "tags": tags({}),
        "depends_on": [policy_ref(monitor.topic)],
    }
    impact: dict[str, Value] = {
        "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
        "match_options": ["GREATER_THAN_OR_EQUAL"],
        "values": [f"{monitor.usd.normalize():f}"],
    }
    nested = (
        Block("subscriber", body={"type": "SNS", "address": topic_ref(monitor.topic)}),
        Block("threshold_expression", blocks=(Block("dimension", body=impact),)),
    )
    return Block("resource", ("aws_ce_anomaly_subscription", name), body, nested)
