"""Names inside the generated Terraform: resource names made of free text, and references to resources.

Source: Terraform language docs, "Identifiers" and "References to Named Values".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from mlmon.targets.cloudwatch.alarm import Action, Alarm, CompositeAlarm
from mlmon.targets.cloudwatch.hcl import Call, Ref, Value

REGION = Ref("var.region")
"""The region of the module's resources.

NOTE: a variable, because `data.aws_region` names it `name` up to provider 5 and `region` from 6 on, and warns about
the other one.
"""


def slug(text: str) -> str:
    """Return the text as a Terraform resource name: `fraud p99 (page)` becomes `fraud_p99_page`.

    Two ASCII texts can become the same name, which `limits.problems_together` reports; text that ASCII cannot hold
    is told apart by a hash.
    """
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not text.isascii() or not name:
        name = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return name if name[0].isalpha() else f"_{name.lstrip('_')}"


def alarm_type(alarm: Alarm) -> str:
    """Return the alarm's Terraform resource type."""
    return f"aws_cloudwatch_{'composite' if isinstance(alarm, CompositeAlarm) else 'metric'}_alarm"


def alarm_ref(alarm: Alarm, attribute: str) -> Ref:
    """Return the reference to `alarm_name` or `arn` of an alarm of the same module."""
    return Ref(f"{alarm_type(alarm)}.{slug(alarm.name)}.{attribute}")


def topic_ref(key: str) -> Ref:
    """Return the reference to the ARN of the SNS topic with this key."""
    return Ref(f"aws_sns_topic.{slug(key)}.arn")


def policy_ref(key: str) -> Ref:
    """Return the reference to the policy of the topic with this key: who may publish to it."""
    return Ref(f"aws_sns_topic_policy.{slug(key)}")


def action_ref(action: Action) -> Ref:
    """Return the ARN's reference: a topic key is looked up in the module, a reference is itself."""
    return action if isinstance(action, Ref) else topic_ref(action)


def tags(own: Mapping[str, str]) -> Value:
    """Return the module's tags, with the resource's own ones winning over them."""
    return Call("merge", (Ref("var.tags"), own)) if own else Ref("var.tags")
