"""The plan's nodes: frozen, resolved, and each aware of the spec line it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from mlmon.diagnostics import Place
from mlmon.plan.collection import Collection
from mlmon.plan.conditions import Condition
from mlmon.plan.costs import AwsCosts
from mlmon.plan.quantities import Quantity
from mlmon.plan.routing import Routing
from mlmon.plan.signals import Matcher, Signal
from mlmon.plan.slo import Slo
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class AlertTest:
    """One case of an alert written by hand: input series in promtool's notation, and whether it fires `at` a moment.

    `interval` is the time between two samples, a minute if none is given; `labels` are those that it must fire with.
    """

    series: tuple[tuple[str, str], ...]
    at: Duration
    fires: bool
    interval: Duration | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One rule that may notify someone. `source` names the pack entry, `origin` the place in the spec."""

    name: str
    service: str
    component: str
    severity: str
    layer: str
    kind: str
    outage: bool
    condition: Condition
    for_: Duration
    keep_firing_for: Duration | None
    summary: str
    description: str
    reason: str
    reference: str
    threshold_key: str
    labels: tuple[tuple[str, str], ...]
    runbook: str
    notes: str
    origin: Place
    source: str
    tests: tuple[AlertTest, ...] = ()

    @property
    def id(self) -> str:
        """Unique in the organisation and stable as long as the alert means the same."""
        return "/".join((self.service, self.component, self.name, *(value for _, value in self.labels), self.severity))

    @property
    def signal(self) -> str:
        """The leading signal that it reads, by which alerts on one thing are known to be about one thing."""
        return self.condition.signals[0].name if self.condition.signals else ""

    @property
    def threshold(self) -> Decimal | None:
        """The number it compares with, in the quantity's unit, where it compares one."""
        return getattr(self.condition, "threshold", None)


@dataclass(frozen=True)
class Recording:
    """A quantity recorded under `service:<name>` with the labels service and component."""

    record: str
    quantity: Quantity
    component: str


@dataclass(frozen=True)
class PanelSeries:
    """One query of a panel; `legend` may hold `{label}` for canonical labels."""

    quantity: Quantity
    legend: str


@dataclass(frozen=True)
class Panel:
    """A question that a dashboard answers; `limits` are the alerts whose thresholds it draws."""

    title: str
    section: str
    draw: str
    description: str
    series: tuple[PanelSeries, ...]
    limits: tuple[Alert, ...]
    component: str

    @property
    def unit(self) -> str:
        """Unit of its first series."""
        return self.series[0].quantity.unit


@dataclass(frozen=True)
class LogQuery:
    """A saved query over the log group of a component, in CloudWatch Logs Insights QL."""

    name: str
    help: str
    query: str
    group: str


@dataclass(frozen=True)
class Component:
    """A preset in use: what it is, and the signals it provides by name.

    `selector` are the matchers that its series share and that their targets bring along; `instrumented` says that the
    service's own code exposes them.
    """

    name: str
    preset: str
    title: str
    type: str
    parameters: tuple[tuple[str, str], ...]
    signals: tuple[Signal, ...]
    log_queries: tuple[LogQuery, ...]
    origin: Place
    selector: tuple[Matcher, ...] = ()
    instrumented: bool = False

    def signal(self, name: str) -> Signal | None:
        """Return a signal by its canonical name."""
        return next((signal for signal in self.signals if signal.name == name), None)


@dataclass(frozen=True)
class ServicePlan:
    """Everything that watches one service; `paging` are the severities that wake somebody."""

    name: str
    team: str
    tier: str
    description: str
    model: str
    spec: str
    components: tuple[Component, ...]
    alerts: tuple[Alert, ...]
    recordings: tuple[Recording, ...]
    slos: tuple[Slo, ...]
    panels: tuple[Panel, ...]
    paging: frozenset[str]
    origin: Place
    aws_costs: AwsCosts | None = None

    def recorded(self, quantity: Quantity) -> Recording | None:
        """Return the recording of exactly this quantity."""
        return next((recording for recording in self.recordings if recording.quantity == quantity), None)


@dataclass(frozen=True)
class Outputs:
    """Where generated things are found, how often Prometheus looks, and whose names SLOs are recorded under, too."""

    grafana_url: str
    grafana_folder: str
    runbooks_url: str
    scrape_interval: Duration
    evaluation_interval: Duration
    cloudwatch_region: str | None
    cloudwatch_prefix: str
    compatibility: tuple[str, ...] = ()
    instrumentation: bool = True


@dataclass(frozen=True)
class Plan:
    """The whole organisation."""

    name: str
    services: tuple[ServicePlan, ...]
    routing: Routing
    outputs: Outputs
    collection: Collection | None = None

    def only(self, names: Sequence[str]) -> Plan:
        """Return the plan of the services with these names, or the whole plan where there are no names."""
        chosen = tuple(service for service in self.services if service.name in names)
        return replace(self, services=chosen) if names else self

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The alerts of all services."""
        return tuple(alert for service in self.services for alert in service.alerts)
