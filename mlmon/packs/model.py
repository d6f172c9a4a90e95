"""The schema of a pack file: signals with bindings per backend, alerts, recordings and panels."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from mlmon.spec.fields import AlertName, LabelName, Name, Period, Ratio, Strict, Text, Url, Value, refuse
from mlmon.spec.service import Layer
from mlmon.spec.slo import Tier

PackType = Literal["runtime", "infrastructure", "quality", "pipeline", "alerts"]
"""Which section of a spec names the pack; `alerts` packs apply to every service that has their signals."""


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refuse(f"{value!r} is not a number", "write a number without quotes")
    return Decimal(value)


NEEDS_LABELS = "Canonical labels that the leading signal must name in its `labels`; left out where it does not."

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


class CloudWatchEntry(Strict):
    """How a signal is read from CloudWatch."""

    namespace: str
    metric: str
    dimensions: dict[str, str]
    unit: str
    scale: Number = Decimal(1)
    divide_by: LabelName | None = Field(
        default=None,
        description="Number parameter that the value is divided by as well, such as the vCPUs a percentage adds up; "
        "where the spec leaves it out, the signal is not read.",
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
    range: tuple[Number, Number] | None = Field(default=None, strict=False)
    prometheus: PrometheusEntry | None = None
    cloudwatch: CloudWatchEntry | None = None


class Default(Strict):
    """Threshold and duration that hold when the spec says nothing."""

    at: Value | None = Field(default=None, description="Missing: the alert exists only where a spec gives a threshold.")
    for_: Period = Field(alias="for")
    keep_firing_for: Period | None = None


class AlertEntry(Strict):
    """An alert: a value, a comparison, and a default per severity."""

    name: AlertName
    layer: Layer
    kind: Literal["symptom", "cause"]
    outage: bool = Field(default=False, description="The service is gone: silences its symptoms.")
    value: dict[str, Any] | None = Field(default=None, description="A quantity (mlmon/plan/quantities.py).")
    above: LabelName | None = Field(default=None, description="Name of the threshold it must exceed.")
    below: LabelName | None = None
    absent: LabelName | None = Field(default=None, description="Fires when this signal has no series.")
    new_code: LabelName | None = Field(default=None, description="Fires when this gauge shows a new non-zero code.")
    both: list[dict[str, Any]] = Field(default_factory=list, description="Conditions that must hold together.")
    on: list[LabelName] = Field(default_factory=list, description="Labels on which `both` are joined.")
    needs_labels: list[LabelName] = Field(default_factory=list, description=NEEDS_LABELS)
    severities: dict[Name, Default]
    reason: Text = Field(description="Why these numbers.")
    source: Url
    summary: Text
    description: Text


class RecordingEntry(Strict):
    """A quantity that is recorded, so that alerts, panels and baselines read one number."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*:[a-z0-9_]+$", description="metric:operation")
    value: dict[str, Any]
    needs_labels: list[LabelName] = Field(default_factory=list, description=NEEDS_LABELS)


class PanelSeries(Strict):
    """One query of a panel."""

    value: dict[str, Any]
    legend: str


class PanelEntry(Strict):
    """A panel of the service's dashboard; threshold lines come from the alerts on the same value."""

    title: Text
    section: Literal[
        "overview", "traffic", "latency", "errors", "saturation", "model", "gpu", "kubernetes", "host", "pipeline"
    ]
    draw: Literal["timeseries", "heatmap", "stat", "states"] = "timeseries"
    description: Text
    series: list[PanelSeries] = Field(min_length=1)
    needs_labels: list[LabelName] = Field(default_factory=list, description=NEEDS_LABELS)


class LogQueryEntry(Strict):
    """A saved query over a component's logs; `%(name)s` stands for parameters, such as names of log fields."""

    name: Name
    help: Text
    query: Text = Field(description="Logs Insights QL, one command a line.")


class Logs(Strict):
    """Where a component writes its logs, and what people ask of them."""

    group: str = Field(description="Name of the log group.")
    queries: list[LogQueryEntry] = Field(min_length=1)


class PackMetadata(Strict):
    """What the pack is about and where its facts were read."""

    name: Name
    type: PackType
    title: Text
    source: Url
    version: Text = Field(description="Version of the source the facts were read in.")
    notes: list[Text] = Field(default_factory=list)


class Family(Strict):
    """A set of metric names under which the same signals are found."""

    help: Text
    signals: dict[LabelName, SignalEntry]


class Pack(Strict):
    """A pack file (`kind: Pack`)."""

    apiVersion: Literal["mlmon/v1"]
    kind: Literal["Pack"]
    metadata: PackMetadata
    parameters: dict[LabelName, Parameter] = Field(default_factory=dict)
    signals: dict[LabelName, SignalEntry] = Field(default_factory=dict)
    families: dict[LabelName, Family] = Field(default_factory=dict, description="Chosen by the parameter `family`.")
    recordings: list[RecordingEntry] = Field(default_factory=list)
    alerts: list[AlertEntry] = Field(default_factory=list)
    panels: list[PanelEntry] = Field(default_factory=list)
    logs: Logs | None = Field(default=None, description="Saved CloudWatch Logs Insights queries.")


class Notice(Strict):
    """Tells that a share of the budget has been spent."""

    spent: Ratio
    severity: Name


class BurnRates(Strict):
    """The burn-rate tiers (`kind: BurnRates`), stated for one period and scaled to others."""

    apiVersion: Literal["mlmon/v1"]
    kind: Literal["BurnRates"]
    metadata: PackMetadata
    period: Period
    tiers: list[Tier] = Field(min_length=1)
    notices: list[Notice] = Field(description="From least to most spent; only the furthest one reached fires.")
    notice_min_errors: int = Field(description="Bad events in the period before any notice; new SLOs have few events.")
