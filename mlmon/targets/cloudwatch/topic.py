"""SNS topics that alarms can really publish to.

Sources: SNS developer guide, "Example cases for Amazon SNS access control"; re:Post knowledge center, "Why didn't I
receive an SNS notification for my CloudWatch alarm trigger?"; cost management user guide, "Creating an Amazon SNS
topic for budget notifications", "Creating an Amazon SNS topic for anomaly notifications".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mlmon.targets.cloudwatch.hcl import Block, Ref, Template, Value, json_encode
from mlmon.targets.cloudwatch.names import slug, tags, topic_ref

ALARMS = "cloudwatch.amazonaws.com"
"""The service that publishes for alarms."""

BUDGETS = "budgets.amazonaws.com"
"""The service that publishes for budgets."""

COST_ALERTS = "costalerts.amazonaws.com"
"""The service that publishes for cost anomalies."""

_ACCOUNT = Ref("data.aws_caller_identity.current.account_id")
_PARTITION = Ref("data.aws_partition.current.partition")


@dataclass(frozen=True, kw_only=True)
class SnsTopic:
    """One way to reach people, such as the paging channel; who subscribes is up to the root module."""

    key: str
    """What actions call it, for example `page`."""
    name: str
    """Its name in AWS."""
    publishers: tuple[str, ...] = (ALARMS,)
    """Services that may publish; `BUDGETS` and `COST_ALERTS` where these are used."""
    tags: Mapping[str, str] = field(default_factory=dict)


def topic_problems(topic: SnsTopic) -> Iterator[str]:
    """Yield a sentence for each rule of CreateTopic that the topic breaks."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", topic.name):
        yield f"the topic name {topic.name!r} must be 1 to 256 ASCII letters, digits, - and _"


def topic_blocks(topic: SnsTopic) -> tuple[Block, Block]:
    """Return the topic and its policy; the policy needs `account_data()` once in the module."""
    body: dict[str, Value] = {
        "name": topic.name,
        "kms_master_key_id": Ref("var.sns_kms_key_arn"),
        "tags": tags(topic.tags),
    }
    # Setting a policy replaces the default one, so alarms need a statement of their own.
    policy: dict[str, Value] = {
        "Version": "2012-10-17",
        "Statement": [_statement(topic, publisher) for publisher in topic.publishers],
    }
    return (
        Block("resource", ("aws_sns_topic", slug(topic.key)), body),
        Block(
            "resource",
            ("aws_sns_topic_policy", slug(topic.key)),
            {"arn": topic_ref(topic.key), "policy": json_encode(policy)},
        ),
    )


def account_data() -> tuple[Block, Block]:
    """Return the data sources that the policies refer to."""
    return Block("data", ("aws_caller_identity", "current")), Block("data", ("aws_partition", "current"))


def _statement(topic: SnsTopic, publisher: str) -> Value:
    return {
        "Sid": f"Publish{publisher.partition('.')[0].title()}",
        "Effect": "Allow",
        "Principal": {"Service": publisher},
        "Action": "sns:Publish",
        "Resource": topic_ref(topic.key),
        "Condition": _condition(publisher),
    }


def _condition(publisher: str) -> Value:
    """Admit this account only, by the key that AWS documents for the service."""
    if publisher == ALARMS:
        alarms = Template(("arn:", _PARTITION, ":cloudwatch:*:", _ACCOUNT, ":alarm:*"))
        return {"ArnLike": {"aws:SourceArn": alarms}}
    return {"StringEquals": {"aws:SourceAccount": _ACCOUNT}}
