"""`mlmon route`: who gets this alert, when, and what would silence it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlmon.cli.options import Answer, AnswerOption, Format, Root
from mlmon.cli.output import CANNOT_RUN, OK, Screen, cannot_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.diagnostics import Finding
    from mlmon.plan.model import Plan
    from mlmon.routing.catalogue import Known
    from mlmon.routing.render_text import Scene


def command(
    alert: Annotated[str, typer.Argument(metavar="SERVICE/ALERT[/SEVERITY]", help="The alert that is asked about.")],
    *,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help='"Sat 03:00" or 2026-11-21T03:00, in the zone of the business hours; else now.'
        ),
    ] = None,
    firing: Annotated[
        str | None,
        typer.Option(metavar="ALERT,...", help="What else fires; without a service, of the same one. All severities."),
    ] = None,
    root: Root = Path(),
    form: AnswerOption = Answer.TEXT,
) -> None:
    """Say who gets an alert: receiver, hours, grouping, what silences it and what it silences.

    Computed from the Alertmanager configuration and the rules as the specs compile to now.
    """
    from mlmon.cli.slos import planned
    from mlmon.routing import render_json, render_text
    from mlmon.routing.answer import answers, together

    screen = Screen(root, Format(form))
    plan = planned(root)
    scene = _scene(plan, at)
    services = {service.name for service in plan.services}
    names = [name for name in (firing or "").split(",") if name.strip()]
    asked = _chosen(screen, plan, scene.known, [alert])
    others = _chosen(screen, plan, scene.known, [_full(name, alert, services) for name in names])
    found = answers(scene.config, scene.known, asked, scene.at)
    joint = together(scene.config, [*asked, *others], scene.at) if others else None
    text = (
        render_text.render(scene, found, joint, screen.paint)
        if form is Answer.TEXT
        else render_json.render(scene, found, joint)
    )
    typer.echo(text, nl=False)
    raise typer.Exit(OK)


def _scene(plan: Plan, at: str | None) -> Scene:
    """Render what Alertmanager and Prometheus would load, and read the moment; where that is none, say so and stop."""
    from zoneinfo import ZoneInfo

    from mlmon.routing.catalogue import alerts
    from mlmon.routing.config import read
    from mlmon.routing.moments import read_moment
    from mlmon.routing.render_text import Scene
    from mlmon.targets import alertmanager, prometheus
    from mlmon.units import UnitError

    zone, now = ZoneInfo(plan.routing.business_hours.timezone), datetime.now(UTC)
    try:
        moment = read_moment(at, zone, now) if at else now.astimezone(zone)
    except UnitError as error:
        raise cannot_run(error.message, error.advice) from None
    severities = [severity.name for severity in plan.routing.severities]
    known = alerts(prometheus.render(plan).values(), severities)
    return Scene(read(alertmanager.render(plan)[alertmanager.CONFIG]), known, moment, severities)


def _full(name: str, asked: str, services: set[str]) -> str:
    """Complete a name by the service of the alert that is asked about."""
    own, first = asked.partition("/")[0], name.strip().partition("/")[0]
    return name.strip() if first in services or name.count("/") > 1 else f"{own}/{name.strip()}"


def _chosen(screen: Screen, plan: Plan, known: Sequence[Known], questions: list[str]) -> list[Known]:
    """Return the alerts that the questions name; where one names none, say so and stop."""
    from mlmon.routing.catalogue import choose

    chosen: list[Known] = []
    problems: list[Finding] = []
    for question in questions:
        found = choose(known, question)
        if isinstance(found, list):
            chosen += found
        else:
            problems.append(_elsewhere(plan, question) or found)
    if problems:
        screen.findings(problems)
        raise typer.Exit(CANNOT_RUN)
    return chosen


def _elsewhere(plan: Plan, question: str) -> Finding | None:
    """An alert that only CloudWatch has is told by its topic, past Alertmanager."""
    from mlmon.diagnostics import Finding

    service, name, *severity = [*question.split("/"), ""]
    found = [item for item in plan.alerts if (item.service, item.name) == (service, name)]
    named = [item.severity for item in found if severity[0] in {"", item.severity}]
    if not named:
        return None
    topics = ", ".join(f"{plan.outputs.cloudwatch_prefix}-{item}" for item in dict.fromkeys(named))
    return Finding(
        rule="route-unknown",
        message=f"{service}/{name} exists on CloudWatch only, so that Alertmanager never sees it",
        advice=f"its alarm publishes to the SNS topic {topics}",
    )
