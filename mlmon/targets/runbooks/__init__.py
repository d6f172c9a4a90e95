"""Runbooks: one Markdown page per alert with exact queries and commands, one on costs, and indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.plan.labels import LAYERS
from mlmon.plan.links import costs_path, dashboard_url
from mlmon.targets.runbooks.costs import CostsPage
from mlmon.targets.runbooks.page import below, pages
from mlmon.targets.templates import render_markdown

if TYPE_CHECKING:
    from mlmon.plan.model import Plan

FOLDER = "runbooks"


def render(plan: Plan) -> dict[str, str]:
    """Return `runbooks/<service>/<Alert>.md`, a README.md for each service, and one above them."""
    every = {service.name: pages(plan, service) for service in plan.services}
    files = {f"{FOLDER}/README.md": render_markdown("runbook-index", plan=plan, pages=every, layers=LAYERS)}
    for service in plan.services:
        own = every[service.name]
        files[f"{FOLDER}/{service.name}/README.md"] = render_markdown(
            "runbook-service",
            plan=plan,
            service=service,
            pages=own,
            layers=LAYERS,
            dashboard=dashboard_url(plan.outputs, service),
            team=next((team for team in plan.routing.teams if team.name == service.team), None),
        )
        if service.aws_costs:
            costs = CostsPage(plan, service, service.aws_costs)
            files[f"{FOLDER}/{costs_path(service)}"] = render_markdown("runbook-costs", page=costs)
        for page in own:
            files[f"{FOLDER}/{page.path}"] = render_markdown("runbook", page=page, below=below(page, own))
    return files
