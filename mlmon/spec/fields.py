"""Building blocks of the models: strict base class, names, human units, each refusing with advice."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from mlmon.units import Duration, Scalar, UnitError, read_ratio

_NAME: Final = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_ALERT: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


class Strict(BaseModel):
    """Every model of the spec: unknown keys are errors, values are not coerced, instances do not change."""

    # A model that is only a part of another one never validates by itself; deferring saves start-up time.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True)


def refuse(message: str, advice: str) -> PydanticCustomError:
    """Build the error that becomes a finding with `message` and `advice`."""
    return PydanticCustomError("mlmon", "{message}", {"message": message, "advice": advice})


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise refuse(f'"{value}" cannot be a name', "use a-z, 0-9 and single dashes inside, such as fraud-detector")
    if len(value) > 50:
        raise refuse(f"the name is {len(value)} characters long", "use at most 50, so that file and alarm names fit")
    if value in _RESERVED:
        raise refuse(f'"{value}" cannot be a file name on every system', "choose another name")
    return value


def _alert_name(value: Any) -> str:
    if not isinstance(value, str) or not _ALERT.fullmatch(value) or len(value) > 80:
        raise refuse(
            f'"{value}" cannot be an alert name', "use CamelCase, such as HighErrorRatio (at most 80 characters)"
        )
    return value


def _label_name(value: Any) -> str:
    if not isinstance(value, str) or not _LABEL.fullmatch(value) or value.startswith("__"):
        raise refuse(f'"{value}" cannot be a label name', "use letters, digits and _, such as model_version")
    return value


def _duration(value: Any) -> Duration:
    try:
        duration = Duration.of(value if isinstance(value, str) else f"{value}")
    except UnitError as error:
        raise refuse(error.message, error.advice) from None
    if duration.seconds <= 0:
        raise refuse("a duration must be longer than zero", "write for example 5m, or leave the key out")
    return duration


def _ratio(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise refuse(f"{value!r} is not a ratio", "write a percentage such as 99.9%")
    try:
        ratio = read_ratio(value)
    except UnitError as error:
        raise refuse(error.message, error.advice) from None
    if not 0 <= ratio <= 1:
        hint = f"write {value}%" if not isinstance(value, str) else "write a percentage between 0% and 100%"
        raise refuse(f"{value} is not between 0 % and 100 %", hint)
    return ratio


def _objective(value: Any) -> Decimal:
    ratio = _ratio(value)
    if ratio in (0, 1):
        advice = "write an objective such as 99.9%"
        reason = "leaves no error budget, so nothing could ever be spent" if ratio else "promises nothing"
        raise refuse(f"an objective of {value} {reason}", advice)
    return ratio


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise refuse(f'"{value}" is not a date', "write year-month-day, such as 2027-03-01") from None


def _value(value: Any) -> Scalar:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise refuse("a threshold is a single value", "write for example 1%, 500ms, 16GiB or 85")
    return value


def _url(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s\"'<>\\{}`]+", value):
        raise refuse(f'"{value}" is not an http(s) address', "write for example https://grafana.example.org")
    return value.rstrip("/")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refuse("the text is empty or not text", "write a sentence in quotes")
    if _CONTROL.search(value):
        raise refuse("the text holds a control character", "remove it")
    return value.strip()


def _text_field(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


_QUANTITY: Final = WithJsonSchema({"type": ["string", "number"]})
_DURATION_SCHEMA: Final = _text_field(r"(\d+(\.\d+)?(ms|[wdhms]))+")

Name = Annotated[str, BeforeValidator(_name), _text_field(_NAME.pattern)]
"""A DNS-like name; becomes file names, rule group names and label values."""
AlertName = Annotated[str, BeforeValidator(_alert_name), _text_field(_ALERT.pattern)]
"""The CamelCase name of an alert."""
LabelName = Annotated[str, BeforeValidator(_label_name), _text_field(_LABEL.pattern)]
"""A Prometheus label name (data model, prometheus.io/docs/concepts/data_model)."""
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": "string", "minLength": 1})]
"""A sentence for people; quoted wherever it goes."""
Period = Annotated[Duration, BeforeValidator(_duration), _DURATION_SCHEMA]
"""A positive duration."""
Ratio = Annotated[Decimal, BeforeValidator(_ratio), _QUANTITY]
"""A share between 0 and 1, written `1%` or `0.01`."""
Objective = Annotated[Decimal, BeforeValidator(_objective), _QUANTITY]
"""The promised share of good events; neither 0 nor 100 %."""
Day = Annotated[date, BeforeValidator(_date), _text_field(r"\d{4}-\d{2}-\d{2}")]
"""A calendar day."""
Url = Annotated[str, BeforeValidator(_url), WithJsonSchema({"type": "string", "format": "uri"})]
"""An http(s) address without a trailing slash."""
Value = Annotated[Any, BeforeValidator(_value), _QUANTITY]
"""A threshold before the unit of its signal is known."""
