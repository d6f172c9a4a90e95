"""The dashboard of model quality: confidence, drift, accuracy, freshness and versions of every model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mlmon.plan.links import QUALITY_UID
from mlmon.targets.grafana.across import by_subject, shared
from mlmon.targets.grafana.drawing import Section
from mlmon.targets.grafana.firing import Firing
from mlmon.targets.grafana.frame import framed, in_pairs
from mlmon.targets.grafana.joint import Joint, Number
from mlmon.targets.grafana.layout import evenly, in_lines
from mlmon.targets.grafana.looks import Palette
from mlmon.targets.grafana.panels import Artist
from mlmon.targets.grafana.queries import Queries
from mlmon.targets.grafana.united import United

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Panel, Plan, ServicePlan
    from mlmon.targets.grafana.across import Shared
    from mlmon.targets.grafana.drawing import Drawing, Page

SECTION: Final = "model"
VERSION: Final = ("version",)
NUMBERS: Final = {
    ("quantile", "confidence"): (
        Number("Least confident model", "Median confidence of the least confident model.", "min(%s)"),
    ),
    ("level", "accuracy"): (
        Number("Lowest accuracy", "Accuracy of the least accurate model.", "min(%s)", "percentunit"),
    ),
    ("level", "feature_drift"): (Number("Highest drift", "Drift score of the most drifted feature.", "max(%s)"),),
    ("level", "missing_features"): (Number("Most missing", "Share of records without that feature.", "max(%s)"),),
    ("age", "model_created"): (Number("Oldest model", "Age of the oldest model in use.", "max(%s)", "s"),),
    ("age", "quality_report"): (Number("Oldest report", "Age of the oldest quality report.", "max(%s)", "s"),),
}
"""Numbers on the first screen by the form and the leading signal of what they are about."""

COLUMNS: Final = {
    ("quantile", "confidence"): "Confidence",
    ("shift", "prediction_mean"): "Shift (σ)",
    ("level", "feature_drift"): "Drift",
    ("level", "missing_features"): "Missing",
    ("level", "accuracy"): "Accuracy",
    ("decline", "accuracy"): "Decline",
    ("age", "model_created"): "Model age",
    ("age", "features_updated"): "Feature age",
    ("age", "labels_updated"): "Label age",
    ("age", "quality_report"): "Report age",
    ("variants", "requests"): "Versions",
}
"""Columns of the table of models by the form and the leading signal of what they show."""


def page(plan: Plan) -> Page | None:
    """Return the dashboard, or None where Prometheus knows nothing about any model's answers."""
    panels = shared(plan, _is_wanted)
    if not any(panel.section == SECTION for panel in panels):
        return None
    # Versions of services without a word on their answers are shown on their own pages.
    names = {member.service.name for panel in panels if panel.section == SECTION for member in panel.members}
    services = [service for service in plan.services if service.name in names]
    text = "Whether the models still answer as they should: confidence, drift, accuracy, freshness and versions."
    quality = _Quality(plan, tuple(panels), tuple(services))
    return framed(plan, QUALITY_UID, "model quality", text, services, quality.sections(), looks_back="24h")


def _is_wanted(panel: Panel) -> bool:
    """Tell whether a panel is about a model: its answers, or what tells one version from another."""
    return panel.section == SECTION or panel.series[0].quantity.by == VERSION


@dataclass(frozen=True)
class _Quality:
    plan: Plan
    panels: tuple[Shared, ...]
    services: tuple[ServicePlan, ...]

    @cached_property
    def joint(self) -> Joint:
        return Joint(self.plan.outputs, Palette(self.plan.routing), United(self.plan.outputs))

    @property
    def firing(self) -> Firing:
        # Alerts on budgets have a dashboard of their own.
        alerts = [alert for service in self.services for alert in service.alerts if not dict(alert.labels).get("slo")]
        names = {alert.name for alert in alerts if alert.layer == SECTION}
        palette = self.joint.palette
        return Firing(self.plan.outputs, palette, alertnames=tuple(sorted(names)), chosen=True)

    def sections(self) -> Iterator[Section]:
        numbers = [self.firing.counts(), *self.joint.numbers(self.panels, NUMBERS)]
        heights = {1: max(6, min(14, len(self.services) + 3))}
        yield Section("", (evenly(numbers), ((self._models(), 24),), ((self.firing.table(), 24),)), heights)
        graphs = [panel for panel in self.panels if panel.draw not in {"stat", "heatmap"}]
        own = [self.joint.graph(panel) for panel in graphs if panel.section == SECTION]
        versions = [self.joint.graph(panel) for panel in graphs if panel.section != SECTION]
        if own:
            yield Section("Answers and inputs", in_pairs(own))
        if versions:
            yield Section("Versions", in_pairs(versions))
        heatmaps = list(self._heatmaps())
        if heatmaps:
            yield Section("Distributions", in_lines(heatmaps), collapsed=True)

    def _models(self) -> Drawing:
        known = by_subject(self.panels)
        columns = {name: self.joint.column(known[about]) for about, name in COLUMNS.items() if about in known}
        text = (
            "The worst present value of each service. Colours are those of the alerts, and missing where services have "
            "thresholds of their own; a dash means that Prometheus does not measure it."
        )
        names = [service.name for service in self.services]
        return self.joint.table("Models now", text, columns, {"service": "Service"}, names)

    def _heatmaps(self) -> Iterator[Drawing]:
        """A heatmap of each service: buckets of different models do not add up."""
        for service in self.services:
            artist = Artist(service, self.plan.outputs, self.joint.palette, Queries(service, self.plan.outputs))
            for panel in service.panels:
                drawing = artist.heatmap(panel) if panel.section == SECTION and panel.draw == "heatmap" else None
                if drawing:
                    yield replace(drawing, title=f"{panel.title} ({service.name})")
