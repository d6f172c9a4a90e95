"""The spec of what a service may cost on the cloud's bill, told apart by a cost allocation tag.

Sources: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/allocation-tag-restrictions.html (length and
characters of tags), https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_ResourceTag.html (blanks
at either end are trimmed).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from mlmon.spec.fields import Name, Strict, refuse
from mlmon.units import UnitError, read_ratio

_LONGEST: Final = {"key": 128, "value": 256}
_TAG: Final = re.compile(r"[\w.:/=+@-](?:[\w .:/=+@-]*[\w.:/=+@-])?")
_EXAMPLE: Final = "such as {model: fraud-detector}"
_MOST: Final = 10**12


def _tag(value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        raise refuse("a tag is a key and a value", f"write both, {_EXAMPLE}")
    if len(value) != 1:
        said = f"{len(value)} tags are given" if value else "there is no tag"
        raise refuse(f"{said}: costs are told apart by exactly one", f"write the one that names the model, {_EXAMPLE}")
    ((key, text),) = value.items()
    return _part("key", key), _part("value", text)


def _part(what: str, text: Any) -> str:
    if not isinstance(text, str):
        raise refuse(f"the tag's {what} is {text}, which is not text", "put it in quotes")
    if not text:
        raise refuse(f"the tag's {what} is empty", f"write it, {_EXAMPLE}")
    if len(text) > _LONGEST[what]:
        message = f"the tag's {what} has {len(text)} characters, AWS allows {_LONGEST[what]}"
        raise refuse(message, "shorten it, on the resources too")
    if text.lower().startswith("aws:"):
        message = f'the tag\'s {what} "{text}" begins with aws:, which AWS keeps for its own tags'
        raise refuse(message, f"use a tag of your own, {_EXAMPLE}")
    # Terraform reads strings back in Unicode form C, so that another form would be another tag.
    if not _TAG.fullmatch(text) or not unicodedata.is_normalized("NFC", text):
        message = f'the tag\'s {what} "{text}" holds a character that AWS refuses or changes'
        raise refuse(message, "use letters, digits, _ . : / = + - @, and spaces between them")
    return text


def _usd(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise refuse(
            f'"{str(value).lower()}" is not an amount', "write US dollars as a plain number, such as 1500 or 99.50"
        )
    usd = Decimal(value)
    if usd <= 0:
        raise refuse(f"an amount of {value} USD would be exceeded at once", "write more than 0, or remove the key")
    if usd >= _MOST:
        raise refuse(f"{value} USD is more than any bill", "write an amount that the service could cost")
    if usd != round(usd, 2):
        raise refuse(f"{value} USD is finer than a cent", "write at most two decimals")
    return usd


def _share(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise refuse(f"{value!r} is not a share", "write a percentage such as 80%")
    try:
        share = read_ratio(value)
    except UnitError as error:
        raise refuse(error.message, error.advice) from None
    if not 0 < share <= 10 or (share > 1 and not isinstance(value, str)):
        raise refuse(f"{value} is not a share of a budget", "write a percentage such as 80% or 120%, at most 1000%")
    return share


_TAG_SCHEMA: Final = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": _LONGEST["value"]},
}

Tag = Annotated[tuple[str, str], BeforeValidator(_tag), WithJsonSchema(_TAG_SCHEMA)]
"""A cost allocation tag: its key and its value, written as a mapping of one."""
Usd = Annotated[Decimal, BeforeValidator(_usd), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})]
"""US dollars and cents, more than none."""
Share = Annotated[Decimal, BeforeValidator(_share), WithJsonSchema({"type": ["string", "number"]})]
"""A share of a budget; more than 1 is beyond it."""


class CostNotice(Strict):
    """Tells that the month's costs are beyond a share of the budget."""

    spend: Literal["actual", "forecast"] = Field(description="What the month has cost so far, or will have in the end.")
    share: Share = Field(description="Share of `usd_per_month`, such as 80%.")
    severity: Name


class Anomaly(Strict):
    """The impact from which on an unusual cost is told: a plain amount, or `usd` with a `severity` of its own."""

    usd: Usd = Field(description="Total impact of the anomaly in US dollars.")
    severity: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"usd": data}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """Both forms, for editors."""
        return {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, handler(core)]}


class AwsCosts(Strict):
    """What everything with one tag may cost on the AWS bill."""

    tag: Tag = Field(description="Cost allocation tag that the service's resources carry, as {key: value}.")
    usd_per_month: Usd | None = Field(default=None, description="What they may cost within a calendar month (UTC).")
    notices: list[CostNotice] | None = Field(
        default=None, min_length=1, description="Told instead of mlmon's own notices on the month's budget."
    )
    anomaly: Anomaly | None = Field(default=None, description="Total impact in USD from which on an anomaly is told.")

    @model_validator(mode="after")
    def _watches_something(self) -> AwsCosts:
        if self.usd_per_month is None and self.anomaly is None:
            raise refuse("the costs have no limit", "add `usd_per_month:`, `anomaly:`, or both")
        if self.usd_per_month is None and self.notices is not None:
            raise refuse("`notices` are shares of a budget, and there is none", "add `usd_per_month:`")
        return self


class Costs(Strict):
    """What the service may cost, by the bill that it is on."""

    aws: AwsCosts
