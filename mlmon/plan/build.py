"""Builds the plan: specs and packs in, resolved nodes and findings out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.plan.alerts import pack_alerts
from mlmon.plan.bind import components as bind_components
from mlmon.plan.burn_alerts import SloAlerts
from mlmon.plan.collect import collection
from mlmon.plan.costs import aws_costs
from mlmon.plan.limits import Limits
from mlmon.plan.model import Outputs, Plan, ServicePlan
from mlmon.plan.own_alerts import apply_overrides, check_thresholds, written_alerts
from mlmon.plan.own_packs import check_own_packs
from mlmon.plan.panels import panels, recordings
from mlmon.plan.routes import routing
from mlmon.plan.slos import slos

if TYPE_CHECKING:
    from mlmon.diagnostics import Finding
    from mlmon.packs.load import Library
    from mlmon.packs.model import BurnRates, CostNotices
    from mlmon.spec.load import Loaded, Workspace
    from mlmon.spec.project import Project
    from mlmon.spec.service import Service


@dataclass(frozen=True)
class Built:
    """A plan, missing when the project file could not be read, and everything wrong with its input."""

    plan: Plan | None
    findings: tuple[Finding, ...]


def build(workspace: Workspace, library: Library) -> Built:
    """Resolve a workspace with the packs. Never raises for what the input holds."""
    problems = [*workspace.findings, *library.findings, *check_own_packs(library)]
    project = workspace.project
    if project is None or library.burn_rates is None or library.cost_notices is None:
        return Built(None, tuple(problems))
    services = tuple(
        _service(service, project, library, library.burn_rates, library.cost_notices, problems)
        for service in workspace.services
    )
    plan = Plan(
        name=project.model.metadata.name,
        services=tuple(sorted(services, key=lambda service: service.name)),
        routing=routing(project, workspace.services, problems),
        outputs=_outputs(project.model),
        collection=collection(project.model, workspace.services, services, library),
    )
    return Built(plan, tuple(problems))


def _service(
    service: Loaded[Service],
    project: Loaded[Project],
    library: Library,
    burn_rates: BurnRates,
    cost_notices: CostNotices,
    problems: list[Finding],
) -> ServicePlan:
    meta = service.model.metadata
    components = bind_components(service, library, problems)
    promises = slos(service, project, components, burn_rates, problems)
    limits = Limits(service, project)
    own = apply_overrides(service, pack_alerts(service, project, library, components, limits, problems), problems)
    check_thresholds(service, limits, library, problems)
    budget_alerts = SloAlerts(
        library.burn_runbooks,
        frozenset(project.model.severities),
        project.model.outputs.prometheus.evaluation_interval,
    )
    alerts = (*own, *written_alerts(service, project, problems), *budget_alerts.build(promises))
    return ServicePlan(
        name=meta.name, team=meta.team, tier=meta.tier, description=meta.description,
        model=service.model.model.name if service.model.model else "", spec=service.document.path,
        components=components, alerts=alerts, recordings=recordings(components, library, problems), slos=promises,
        panels=panels(components, library, alerts, problems),
        paging=frozenset(name for name, item in project.model.severities.items() if item.paging),
        origin=service.document.locate(("metadata", "name")),
        aws_costs=aws_costs(service, project, cost_notices, problems),
    )  # fmt: skip


def _outputs(project: Project) -> Outputs:
    out = project.outputs
    return Outputs(
        grafana_url=out.grafana.url, grafana_folder=out.grafana.folder, runbooks_url=out.runbooks.url,
        scrape_interval=out.prometheus.scrape_interval, evaluation_interval=out.prometheus.evaluation_interval,
        cloudwatch_region=out.cloudwatch.region if out.cloudwatch else None,
        cloudwatch_prefix=out.cloudwatch.alarm_prefix if out.cloudwatch else "mlmon",
        compatibility=tuple(sorted(set(out.prometheus.compatibility))), instrumentation=out.instrumentation,
    )  # fmt: skip
