"""Signals in a pack file: what a component's parameters are, and how each backend has its measurements."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from mlmon.spec.fields import LabelName, Strict, Text, Url, refuse


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refuse(f"{value!r} is not a number", "write a number without quotes")
    return Decimal(value)


Number = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema({"type": "number"})]


class Parameter(Strict):
    """Something the spec says about a component, filled into matchers and dimensions as `%(name)s`."""

    type: Literal["text", "number", "selector", "choice", "signals"] = "text"
    help: Text
    required: bool = False
    default: str | int | None = None
    pattern: str | None = Field(default=None, description="What a text has to look like, as a regular expression.")
    choices: list[str] = Field(default_factory=list)
    renames: dict[str, dict[LabelName, LabelName]] = Field(
        default_factory=dict, description="Metric labels that are called differently under a choice."
    )


class Matcher(Strict):
    """A matcher of one label: plain text for equality, or `{regex: …}`, `{not: …}`, `{not_regex: …}`."""

    equals: str | None = None
    regex: str | None = None
    not_: str | None = Field(default=None, alias="not")
    not_regex: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"equals": data}

    @model_validator(mode="after")
    def _one(self) -> Matcher:
        if sum(value is not None for value in (self.equals, self.regex, self.not_, self.not_regex)) != 1:
            raise refuse("a matcher needs exactly one of text, regex, not, not_regex", "keep one")
        return self


class SeriesEntry(Strict):
    """One Prometheus metric and what selects its series."""

    metric: str = Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")
    matchers: dict[LabelName, Matcher] = Field(default_factory=dict)


class PrometheusEntry(SeriesEntry):
    """How a signal is read from Prometheus; `plus` adds further metrics that are counted together with it."""

    plus: list[SeriesEntry] = Field(default_factory=list)
    scale: Number = Field(default=Decimal(1), description="Value times scale is in the signal's unit.")
    labels: dict[LabelName, LabelName] = Field(default_factory=dict, description="Canonical label to metric label.")
    buckets: list[Number] = Field(default_factory=list, description="Upper bounds in the metric's own unit.")
    native: bool = Field(default=False, description="A native histogram (Prometheus 2.40 or newer), without buckets.")
    multiply_by: list[LabelName] = Field(
        default_factory=list,
        description="Number parameters, such as a price, that the value is multiplied by as well; where the spec "
        "leaves one out, the signal is not read.",
    )


class CloudWatchEntry(Strict):
    """How a signal is read from CloudWatch."""

    namespace: str = Field(description="With a parameter that is left out, CloudWatch does not have the signal.")
    metric: str
    plus: list[str] = Field(
        default_factory=list,
        description="Further metrics of the same namespace and dimensions that a counter adds up with it.",
    )
    dimensions: dict[str, str]
    region: str | None = Field(default=None, description="The only region that has the metric; missing: every one has.")
    unit: str
    scale: Number = Decimal(1)
    divide_by: LabelName | None = Field(
        default=None,
        description="Number parameter that the value is divided by as well, such as the vCPUs a percentage adds up; "
        "where the spec leaves it out, the signal is not read.",
    )
    multiply_by: list[LabelName] = Field(
        default_factory=list, description="Number parameters that the value is multiplied by, likewise."
    )
    statistic: Literal["Average", "Sum", "Minimum", "Maximum", "SampleCount"]
    idle: Literal["zero", "silent", "steady"] = Field(
        description="Without traffic: publishes zeros, nothing, or as ever (a gauge of the machine)."
    )


class SignalEntry(Strict):
    """A canonical measurement and how each backend has it."""

    kind: Literal["counter", "gauge", "histogram", "timestamp"]
    unit: LabelName
    help: Text
    source: Url | None = None
    enabled_by: Text | None = Field(default=None, description="What must be switched on for the metric to exist.")
    needs: list[LabelName] = Field(default_factory=list, description="Parameters without which the signal is left out.")
    builtin: bool = Field(
        default=False, description="Prometheus or its client library provides it: nothing for instrumentation to do."
    )
    range: tuple[Number, Number] | None = Field(default=None, strict=False)
    prometheus: PrometheusEntry | None = None
    cloudwatch: CloudWatchEntry | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> SignalEntry:
        if self.cloudwatch and self.cloudwatch.plus and self.kind != "counter":
            raise refuse("only counters add up: `plus` does not go with a " + self.kind, "remove `plus`")
        return self
