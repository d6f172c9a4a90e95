"""Which services and SLOs a command is about: all of them, or those that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from mlmon.cli.output import CANNOT_RUN, cannot_run, unknown

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from mlmon.packs.load import Library
    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.plan.slo import Slo


def planned(root: Path) -> Plan:
    """Build the plan of a workspace; where that is not possible, print why and stop."""
    return prepared(root)[0]


def prepared(root: Path) -> tuple[Plan, Library]:
    """Build the plan of a workspace, and return the packs that it is made of as well."""
    from mlmon.diagnostics import has_errors
    from mlmon.packs.own import library_of
    from mlmon.plan.build import build
    from mlmon.spec.load import load

    workspace = load(root)
    library = library_of(root, workspace)
    built = build(workspace, library)
    if built.plan is None or has_errors(built.findings):
        from mlmon import report

        typer.echo(report.as_text(built.findings, root), nl=False, err=True)
        typer.echo("mlmon: the specs have to be corrected first", err=True)
        raise typer.Exit(CANNOT_RUN)
    return built.plan, library


def services_of(plan: Plan, names: Collection[str]) -> list[ServicePlan]:
    """Return the services of these names, or all for no name; where there is none of a name, say so and stop."""
    known = [service.name for service in plan.services]
    for name in names:
        if name not in known:
            raise unknown("service", name, known)
    return [service for service in plan.services if not names or service.name in names]


def chosen(root: Path, service: str | None, name: str | None) -> tuple[Plan, list[Slo]]:
    """Return the plan and those of its SLOs that are asked for; where there is none, say what there is and stop."""
    plan = planned(root)
    slos = [slo for item in services_of(plan, [] if service is None else [service]) for slo in item.slos]
    found = [slo for slo in slos if name in {None, slo.name}]
    if not found and name is not None and slos:
        raise unknown("SLO", name, [slo.name for slo in slos])
    if not found:
        message = f"{service} has no SLO" if service else "no service has an SLO"
        raise cannot_run(message, "add one under `slos:` in a spec")
    return plan, found
