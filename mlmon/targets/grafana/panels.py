"""Draws the plan's panels: one function for each role that a panel can have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mlmon.plan.conditions import Compare
from mlmon.plan.quantities import Quantile, Ratio
from mlmon.plan.trends import Trend
from mlmon.targets.grafana import cloudwatch, looks
from mlmon.targets.grafana.drawing import CLOUDWATCH, PROMETHEUS, Drawing, Query, Step
from mlmon.targets.grafana.texts import described, runbooks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Alert, Outputs, Panel, ServicePlan
    from mlmon.plan.quantities import Quantity
    from mlmon.targets.grafana.drawing import Target
    from mlmon.targets.grafana.looks import Palette
    from mlmon.targets.grafana.queries import Queries

_NO_TRAFFIC = "no traffic"
_HEADROOM = Decimal("1.1")
_NEAR = 3
"""Times the nearest threshold up to which further ones are in view as well."""


@dataclass(frozen=True)
class Artist:
    """Draws the panels of one service."""

    service: ServicePlan
    outputs: Outputs
    palette: Palette
    queries: Queries

    def draw(self, panel: Panel) -> Drawing | None:
        """Return the drawing of a panel of the plan, or None where neither backend can compute what it shows."""
        match panel.draw:
            case "heatmap":
                return self.heatmap(panel)
            case "stat":
                return self.stat(self.title(panel), panel.description, panel.series[0].quantity)
            case "states":
                return self.states(panel)
            case _:
                return self.series(panel)

    def title(self, panel: Panel) -> str:
        """Return a panel's title, with its component where the title alone could be that of another one."""
        titles = Counter(other.title for other in self.service.panels if is_measured(other))
        unique = is_measured(panel) and titles[panel.title] == 1
        return panel.title if unique or self.is_alone(panel) else f"{panel.title} ({panel.component})"

    def is_alone(self, panel: Panel) -> bool:
        """Tell whether no other component has panels."""
        return all(other.component == panel.component for other in self.service.panels)

    def series(self, panel: Panel) -> Drawing | None:
        """Lines over time, with the thresholds of the alerts on the same quantity."""
        targets, source = self.targets(panel)
        if not targets:
            return None
        first = panel.series[0].quantity
        low, high = first.bounds
        return Drawing(
            kind="timeseries",
            title=self.title(panel),
            description=self.described(panel, source),
            unit=looks.unit(panel.unit),
            axis_label=looks.axis_label(panel.unit),
            targets=targets,
            source=source,
            steps=self.palette.lines(panel.limits),
            lines=bool(panel.limits),
            minimum=Decimal(0) if low == 0 else None,
            soft_maximum=headroom(panel.limits, high),
            no_value=missing(first),
            links=runbooks(self.outputs, panel.limits),
        )

    def heatmap(self, panel: Panel) -> Drawing | None:
        """Observations per bucket over time: shows two kinds of requests where quantiles show a mean of both."""
        quantity = panel.series[0].quantity
        if not quantity.on("prometheus"):
            return None
        query = self.queries.range(quantity, "{le}")
        return Drawing(
            kind="heatmap",
            title=self.title(panel),
            description=self.described(panel, PROMETHEUS),
            unit=looks.bucket_unit(quantity.signals[0]),
            targets=(Query(query.expr, "{{le}}", format="heatmap", min_step=query.min_step, exemplar=query.exemplar),),
            no_value=_NO_TRAFFIC,
            links=runbooks(self.outputs, panel.limits),
        )

    def states(self, panel: Panel) -> Drawing | None:
        """Codes over time: green where all is well, red otherwise."""
        targets, source = self.targets(panel)
        if not targets:
            return None
        return Drawing(
            kind="state-timeline",
            title=self.title(panel),
            description=self.described(panel, source),
            unit="short",
            targets=targets,
            source=source,
            steps=self.palette.states(panel.limits),
            links=runbooks(self.outputs, panel.limits),
        )

    def stat(self, title: str, description: str, quantity: Quantity, *, good: str = looks.GOOD) -> Drawing | None:
        """One number, coloured by the alerts that compare it; without any it is neither good nor bad."""
        targets, source = self.measure(quantity)
        if not targets:
            return None
        alerts = self.alerts_on(quantity)
        low, _ = quantity.bounds
        return Drawing(
            kind="stat",
            title=title,
            description=described(description, alerts, quantity.signals, prometheus=source == PROMETHEUS),
            unit=looks.unit(quantity.unit),
            targets=targets,
            source=source,
            steps=self.palette.zones(alerts, good) if alerts else (Step(None, looks.NEUTRAL),),
            minimum=Decimal(0) if low == 0 else None,
            texts=(("nan", missing(quantity), "text"),),
            no_value=missing(quantity),
            links=runbooks(self.outputs, alerts),
        )

    def alerts_on(self, quantity: Quantity) -> tuple[Alert, ...]:
        """Return the alerts that compare this quantity, whatever their window and grouping."""
        return tuple(
            alert
            for alert in self.service.alerts
            if isinstance(alert.condition, Compare) and alert.condition.quantity.key == quantity.key
        )

    def measure(self, quantity: Quantity) -> tuple[tuple[Target, ...], str]:
        """Return the targets of one quantity and their data source; none where no backend can compute it."""
        if quantity.on("prometheus"):
            return (self.queries.range(quantity, ""),), PROMETHEUS
        return cloudwatch.targets([(quantity, "")], self.outputs.cloudwatch_region), CLOUDWATCH

    def targets(self, panel: Panel) -> tuple[tuple[Target, ...], str]:
        """Return the targets of a panel: from Prometheus what it has, else from CloudWatch."""
        found = [item for item in panel.series if item.quantity.on("prometheus")]
        if found:
            return tuple(self.queries.range(item.quantity, item.legend) for item in found), PROMETHEUS
        pairs = [(item.quantity, item.legend) for item in panel.series]
        return cloudwatch.targets(pairs, self.outputs.cloudwatch_region), CLOUDWATCH

    def described(self, panel: Panel, source: str) -> str:
        """Return a panel's description with its alerts and metrics."""
        signals = [signal for item in panel.series for signal in item.quantity.signals]
        return described(panel.description, panel.limits, signals, prometheus=source == PROMETHEUS)


def is_measured(panel: Panel) -> bool:
    """Tell whether Prometheus has any of a panel's series."""
    return any(item.quantity.on("prometheus") for item in panel.series)


def missing(quantity: Quantity) -> str:
    """Return what stands where a quantity has no value."""
    if isinstance(quantity, Trend):
        return "nothing grows"
    return _NO_TRAFFIC if isinstance(quantity, Ratio | Quantile) else "no data"


def headroom(alerts: Iterable[Alert], high: Decimal | None) -> Decimal | None:
    """Show the nearest thresholds above even while all is well: noise far below must not look like a mountain."""
    above = [
        alert.threshold
        for alert in alerts
        if alert.threshold is not None and isinstance(alert.condition, Compare) and alert.condition.op == "above"
    ]
    if not above:
        return None
    near = [threshold for threshold in above if threshold <= min(above) * _NEAR]
    wanted = max(near) * _HEADROOM
    return min(wanted, high) if high is not None else wanted
