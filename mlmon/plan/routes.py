"""Builds the routing tree from the project's severities, receivers and teams, and the services' own routing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place
from mlmon.plan.names import unknown
from mlmon.plan.routing import BusinessHours, Receiver, Route, Routing, Severity, Team

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.spec.load import Loaded
    from mlmon.spec.project import Project
    from mlmon.spec.service import Service


def routing(project: Loaded[Project], services: Iterable[Loaded[Service]], problems: list[Finding]) -> Routing:
    """Return the organisation's routing; names that do not exist are findings."""
    model = project.model
    hours = model.business_hours
    if model.default_receiver not in model.receivers:
        place = project.document.locate(("default_receiver",))
        problems.append(unknown("receiver", model.default_receiver, model.receivers, place))
    return Routing(
        severities=tuple(
            Severity(name, item.level, item.description, item.hours == "always", item.paging, item.repeat_interval)
            for name, item in model.severities.items()
        ),
        business_hours=BusinessHours(hours.timezone, tuple(hours.days), hours.start, hours.end),
        receivers=tuple(
            Receiver(
                name,
                item.type,
                tuple(sorted(item.model_dump(exclude={"type", "description"}, exclude_none=True).items())),
            )
            for name, item in model.receivers.items()
        ),
        default_receiver=model.default_receiver,
        teams=tuple(Team(name, team.description, team.contact or "") for name, team in model.teams.items()),
        routes=tuple(_routes(project, services, problems)),
    )


def _routes(project: Loaded[Project], services: Iterable[Loaded[Service]], problems: list[Finding]) -> list[Route]:
    routes = []
    for service in services:
        meta = service.model.metadata
        for severity, receiver in service.model.routing.items():
            place = service.document.locate(("routing", severity))
            if _exists(project, severity, receiver, place, problems):
                routes.append(Route(meta.team, meta.name, severity, receiver, place))
        if meta.team not in project.model.teams:
            place = service.document.locate(("metadata", "team"))
            problems.append(unknown("team", meta.team, project.model.teams, place))
        if project.model.tiers and meta.tier not in project.model.tiers:
            place = service.document.locate(("metadata", "tier"))
            problems.append(unknown("tier", meta.tier, project.model.tiers, place))
    for team, item in project.model.teams.items():
        for severity, receiver in item.routing.items():
            place = project.document.locate(("teams", team, "routing", severity))
            if _exists(project, severity, receiver, place, problems):
                routes.append(Route(team, None, severity, receiver, place))
    return routes


def _exists(project: Loaded[Project], severity: str, receiver: str, place: Place, problems: list[Finding]) -> bool:
    model = project.model
    if severity not in model.severities:
        problems.append(unknown("severity", severity, model.severities, place))
    elif receiver not in model.receivers:
        problems.append(unknown("receiver", receiver, model.receivers, place))
    else:
        return True
    return False
