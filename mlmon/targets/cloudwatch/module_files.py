"""The files of the Terraform module that hold no alarm: versions, variables and outputs.

Sources: Terraform language docs, "Provider Requirements", "Input Variables", "Output Values"; re:Post knowledge
center, "How do I configure a CloudWatch alarm to use an encrypted SNS topic?"; cost management user guide, "Protecting
your Amazon SNS budget alerts data with SSE and AWS KMS".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlmon.targets.cloudwatch.alarm import Alarm
from mlmon.targets.cloudwatch.hcl import Block, Call, Ref, Value
from mlmon.targets.cloudwatch.names import alarm_ref, topic_ref

TERRAFORM_VERSION = ">= 1.5"
"""Terraform and OpenTofu that may read the module; it uses nothing newer than variable validation."""

PROVIDER_VERSION = ">= 5.99.1"
"""The oldest AWS provider whose schema the module was validated against."""

_KEY_DESCRIPTION = (
    "ARN of a customer managed KMS key for the topics, or null for none. Its policy must allow kms:Decrypt and"
    " kms:GenerateDataKey* to cloudwatch.amazonaws.com, and to every other service that the topics' policies name;"
    " alias/aws/sns cannot, and alarms would notify nobody."
)


def versions() -> list[Block]:
    """Return what the module requires; the provider itself is configured by the root module."""
    provider: dict[str, Value] = {"aws": {"source": "hashicorp/aws", "version": PROVIDER_VERSION}}
    requirements = Block("required_providers", body=provider)
    return [Block("terraform", body={"required_version": TERRAFORM_VERSION}, blocks=(requirements,))]


def variables() -> list[Block]:
    """Return the module's inputs; `region` alone has no default."""
    key = Call("coalesce", (Ref("var.sns_kms_key_arn"), "none"))
    validation: dict[str, Value] = {
        "condition": Call("can", (Call("regex", (r"^(none|arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+)$", key)),)),
        "error_message": "Give the ARN of a customer managed key (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias.",
    }
    return [
        _variable("region", "Region of the resources, as the AWS provider has it: dashboards name it.", "string"),
        _variable("tags", "Tags for everything that takes tags.", "map(string)", default={}),
        _variable("sns_kms_key_arn", _KEY_DESCRIPTION, "string", default=Ref("null"), validation=validation),
    ]


def outputs(topic_keys: Sequence[str], alarms: Mapping[str, Sequence[Alarm]]) -> list[Block]:
    """Return the topics' ARNs by key, to subscribe to, and the alarms' names by service, for deployment guardrails."""
    names = {service: [alarm_ref(alarm, "alarm_name") for alarm in some] for service, some in alarms.items()}
    return [
        _output("topic_arns", "ARNs of the SNS topics by key.", {key: topic_ref(key) for key in topic_keys}),
        _output("alarm_names", "Names of the alarms by service.", names),
    ]


def _variable(
    name: str,
    description: str,
    kind: str,
    *,
    default: Value | None = None,
    validation: Mapping[str, Value] | None = None,
) -> Block:
    body: dict[str, Value] = {"description": description, "type": Ref(kind)}
    if default is not None:
        body["default"] = default
    return Block("variable", (name,), body, (Block("validation", body=validation),) if validation else ())


def _output(name: str, description: str, value: Value) -> Block:
    return Block("output", (name,), {"description": description, "value": value})
