"""Receivers of notifications; secrets only as files that Alertmanager reads, never as values."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from mlmon.spec.fields import Strict, Text, Url, refuse

_INLINE = {
    "routing_key",
    "service_key",
    "api_key",
    "api_url",
    "webhook_url",
    "url",
    "auth_password",
    "password",
    "token",
}


def _secret_file(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"/[^\s\"'\\{}$]+", value):
        advice = (
            "write the absolute path of the file in Alertmanager's container, such as /etc/alertmanager/secrets/key"
        )
        raise refuse("a secret is given by the path of a file", advice)
    return value


def _email(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s,]+@[^@\s,]+", value):
        raise refuse(f'"{value}" is not an e-mail address', "write for example ml-oncall@example.org")
    return value


SecretFile = Annotated[str, BeforeValidator(_secret_file), WithJsonSchema({"type": "string", "pattern": "^/"})]
"""Path of a file with a secret, as Alertmanager sees it."""
Email = Annotated[str, BeforeValidator(_email), WithJsonSchema({"type": "string", "format": "email"})]


def refuse_inline(data: Any) -> Any:
    """Refuse `api_key: …` and the like before anything else is said, naming the key to use. Raises for pydantic."""
    if isinstance(data, dict):
        for key in sorted(_INLINE & data.keys()):
            if not (data.get("type") == "webhook" and key == "url" and isinstance(data[key], str)):
                message = f"`{key}` would put a secret into a file that is committed"
                raise refuse(message, f"put the value into a secret file and write `{key}_file: /path/of/the/file`")
    return data


class _Receiver(Strict):
    description: Text | None = None
    send_resolved: bool = True


class PagerDuty(_Receiver):
    """PagerDuty Events API v2."""

    type: Literal["pagerduty"]
    routing_key_file: SecretFile


class Opsgenie(_Receiver):
    """Opsgenie."""

    type: Literal["opsgenie"]
    api_key_file: SecretFile
    api_base_url: Url | None = Field(default=None, description="https://api.eu.opsgenie.com for the EU.")


class Slack(_Receiver):
    """A Slack channel."""

    type: Literal["slack"]
    channel: Text
    api_url_file: SecretFile


class Teams(_Receiver):
    """A Microsoft Teams channel through a Power Automate workflow (Alertmanager 0.28 or newer)."""

    type: Literal["msteams"]
    webhook_url_file: SecretFile


class EmailReceiver(_Receiver):
    """E-mail through a smarthost."""

    type: Literal["email"]
    to: list[Email] = Field(min_length=1)
    sender: Email = Field(alias="from")
    smarthost: Text = Field(pattern=r"^[^\s:]+:\d+$", description="host:port")
    username: Text | None = None
    password_file: SecretFile | None = None


class Webhook(_Receiver):
    """Any HTTP endpoint; `url` must carry no secret, `url_file` (Alertmanager 0.26 or newer) may."""

    type: Literal["webhook"]
    url: Url | None = None
    url_file: SecretFile | None = None


Receiver = Annotated[
    PagerDuty | Opsgenie | Slack | Teams | EmailReceiver | Webhook,
    Field(discriminator="type"),
    BeforeValidator(refuse_inline),
]
"""Any receiver, told apart by `type`."""
