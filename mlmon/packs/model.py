"""The schema of a pack file: signals, alerts, recordings and panels."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from mlmon.packs.exposition import Exposition
from mlmon.packs.signals import Parameter, SignalEntry
from mlmon.spec.costs import CostNotice
from mlmon.spec.fields import AlertName, LabelName, Name, Period, Ratio, Strict, Text, Url, Value
from mlmon.spec.service import Layer
from mlmon.spec.slo import Tier
from mlmon.units import Duration

PackType = Literal["runtime", "infrastructure", "quality", "pipeline", "probe", "alerts"]
"""Which section of a spec names the pack; `alerts` packs apply to every service that has their signals."""

NEEDS_LABELS = "Canonical labels that the leading signal must name in its `labels`; left out where it does not."


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
    at_least: int | None = Field(
        default=None,
        ge=1,
        description="Of a ratio that is compared with `above`: events of its first signal that its window must hold, "
        "so that a few of them at night do not count.",
    )
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
    metrics: list[Exposition] = Field(default_factory=list, description="The pages on which its metrics are found.")
    instrumented: bool = Field(
        default=False, description="The metrics come from the service's own code, for which a module is generated."
    )
    extends: Name | None = Field(
        default=None, description="A pack whose entries this one has as well, unless it has its own of that name."
    )
    replaces: Name | None = Field(default=None, description="A pack of mlmon's whose place this one takes.")
    without: list[Text] = Field(
        default_factory=list,
        description="Alerts, signals, recordings and titles of panels that are not taken over from `extends`.",
    )


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


class ShortPeriods(Strict):
    """The tiers of SLOs whose period is shorter than `below`."""

    below: Period
    tiers: list[Tier] = Field(min_length=1)


class BurnRates(Strict):
    """The burn-rate tiers (`kind: BurnRates`), stated for one period and scaled to others."""

    apiVersion: Literal["mlmon/v1"]
    kind: Literal["BurnRates"]
    metadata: PackMetadata
    period: Period
    tiers: list[Tier] = Field(min_length=1)
    short_periods: ShortPeriods
    notices: list[Notice] = Field(description="From least to most spent; only the furthest one reached fires.")
    notice_min_errors: int = Field(description="Bad events in the period before any notice; new SLOs have few events.")

    def tiers_for(self, period: Duration) -> list[Tier]:
        """Return the tiers of SLOs of a period."""
        return self.short_periods.tiers if period < self.short_periods.below else self.tiers


class CostAnomaly(Strict):
    """Who is told about unusual costs."""

    severity: Name


class CostNotices(Strict):
    """What is told about costs on the cloud's bill (`kind: CostNotices`) where a spec does not say."""

    apiVersion: Literal["mlmon/v1"]
    kind: Literal["CostNotices"]
    metadata: PackMetadata
    notices: list[CostNotice] = Field(min_length=1)
    anomaly: CostAnomaly
