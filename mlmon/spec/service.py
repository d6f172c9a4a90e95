"""The spec of one service: what it is, what it promises, when someone must act, and who that is."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from mlmon.spec.collection import Collect, ProbeRequest
from mlmon.spec.costs import Costs
from mlmon.spec.fields import AlertName, Day, LabelName, Name, Period, Strict, Text, Value, refuse
from mlmon.spec.slo import Slo

Layer = Literal["infrastructure", "application", "model"]
"""Is the machine all right, is the server answering, is the answer right."""


class Metadata(Strict):
    """Who the service is and who owns it."""

    name: Name = Field(description="Name of the service; every label, file and dashboard carries it.")
    team: Name = Field(description="Owning team, defined under `teams` in mlmon.yaml.")
    tier: Name = Field(default="standard", description="Tier, defined under `tiers` in mlmon.yaml.")
    description: Text = Field(description="One sentence on what the service does, for whoever is woken by it.")


class Model(Strict):
    """The model that the service serves."""

    name: Text = Field(description="Name of the model as its registry knows it.")
    task: Literal["classification", "regression", "ranking", "generation", "embedding", "other"] = "other"
    version_label: LabelName | None = Field(
        default=None, description="Metric label that carries the model version, where it differs from the preset's."
    )


class Component(Strict):
    """One thing that exposes metrics: a preset and its parameters, which the preset's pack checks."""

    model_config = ConfigDict(extra="allow")

    preset: Name = Field(description="A runtime, infrastructure, quality or pipeline pack by name.")
    name: Name | None = Field(default=None, description="Tells two components of one preset apart.")
    count_first_samples: bool = Field(
        default=True,
        description="false for exporters that drop idle series and show them again with their old value (an "
        "OpenTelemetry collector with metric_expiration, a statsd exporter with a TTL, a Pushgateway).",
    )
    collect: Collect = Collect()

    @property
    def parameters(self) -> dict[str, Any]:
        """Whatever else the entry says, for the pack to check."""
        return dict(self.model_extra or {})


class Probe(ProbeRequest, Component):
    """A look at the service from outside, through the blackbox exporter."""

    model_config = ConfigDict(extra="forbid")

    preset: Name = "blackbox"

    @property
    def parameters(self) -> dict[str, Any]:
        """What the pack fills into its matchers; a certificate is there over https only."""
        return {"url": self.url} | ({"tls": "yes"} if self.url.startswith("https://") else {})


class Limit(Strict):
    """A threshold: a plain value, or `at` with a `for` of its own."""

    at: Value = Field(description="The threshold, in the unit of the signal.")
    for_: Period | None = Field(default=None, alias="for", description="How long it must hold before it fires.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"at": data}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """Both forms, for editors."""
        return {"anyOf": [{"type": ["string", "number"]}, handler(core)]}


class TestSeries(Strict):
    """An input series of a test."""

    series: Text = Field(description='The series, such as `up{job="x"}`.')
    values: Text = Field(description="Its samples as promtool reads them, such as `0+5x60` or `1x9 stale`.")


class AlertTest(Strict):
    """One case that shows what an `expr` alert does."""

    series: list[TestSeries] = Field(default_factory=list, description="Input; none for what must fire on nothing.")
    interval: Period | None = Field(default=None, description="Time between two samples; a minute if not given.")
    at: Period = Field(description="When to look, counted from the first sample.")
    fires: bool = Field(description="Whether the alert fires then.")
    labels: dict[LabelName, Text] = Field(default_factory=dict, description="Labels that it must fire with.")


class Alert(Strict):
    """Changes an alert of a pack, or adds one written by hand in PromQL (`expr`)."""

    disabled: bool = False
    reason: Text | None = Field(default=None, description="Why it is disabled.")
    until: Day | None = Field(default=None, description="The day from which lint asks again.")
    for_: Period | None = Field(default=None, alias="for")
    keep_firing_for: Period | None = None
    expr: Text | None = Field(default=None, description="PromQL of an alert of your own.")
    severity: Name | None = None
    layer: Layer | None = None
    kind: Literal["symptom", "cause"] = "symptom"
    summary: Text | None = None
    description: Text | None = None
    unit: LabelName | None = Field(default=None, description="Unit of the value of `expr`, for panels and texts.")
    runbook: Text | None = Field(default=None, description="What to do, in Markdown; joins the generated runbook.")
    tests: list[AlertTest] = Field(default_factory=list, description="Cases that prove `expr`; `mlmon test` runs them.")

    @model_validator(mode="after")
    def _complete(self) -> Alert:
        if self.disabled and not self.reason:
            raise refuse("an alert is disabled without a reason", "add `reason:` so that the next reader knows why")
        if self.expr is None:
            return self
        missing = [key for key in ("severity", "layer", "summary") if getattr(self, key) is None]
        if missing:
            raise refuse(f"an `expr` alert needs {', '.join(missing)}", "add the missing keys")
        return self


class Service(Strict):
    """One service (`kind: Service`), one file under specs/."""

    apiVersion: Literal["mlmon/v1"]
    kind: Literal["Service"]
    metadata: Metadata
    model: Model | None = None
    runtimes: list[Component] = Field(default_factory=list, description="What answers requests.")
    infrastructure: list[Component] = Field(default_factory=list, description="What it runs on.")
    quality: list[Component] = Field(default_factory=list, description="What measures whether its answers are right.")
    pipelines: list[Component] = Field(default_factory=list, description="Jobs that train, score or prepare features.")
    probes: list[Probe] = Field(default_factory=list, description="Requests sent from outside, again and again.")
    slos: list[Slo] = Field(default_factory=list)
    thresholds: dict[str, dict[Name, Limit]] = Field(
        default_factory=dict, description="Threshold by severity; `off` removes a default."
    )
    alerts: dict[AlertName, Alert] = Field(default_factory=dict)
    costs: Costs | None = Field(default=None, description="What it may cost on the cloud's bill.")
    routing: dict[Name, Name] = Field(default_factory=dict, description="Receiver by severity, instead of the team's.")

    @model_validator(mode="after")
    def _watches_something(self) -> Service:
        sections = (self.runtimes, self.infrastructure, self.quality, self.pipelines, self.probes, self.alerts)
        if not any(sections):
            raise refuse("the service has nothing to watch", "add `runtimes:` with a preset (`mlmon init` writes one)")
        return self
