"""`mlmon replay`: which alerts fire over an incident or over the past, when, and who is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlmon.cli.options import Answer, AnswerOption, Format, HeaderFile, Root
from mlmon.cli.output import FINDINGS, OK, Screen, cannot_run, save

if TYPE_CHECKING:
    from mlmon.replay.report import Report

Incident = Annotated[
    str | None, typer.Option("--incident", metavar="NAME", help="Simulate this incident, or that of a YAML file.")
]
Listed = Annotated[bool, typer.Option("--incidents", help="List the incidents.")]
Prometheus = Annotated[
    str | None, typer.Option("--prometheus", metavar="URL", help="Look at what this Prometheus has stored.")
]
Since = Annotated[str, typer.Option(metavar="DURATION", help="How far to look back there.")]
Threshold = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME.SEVERITY=VALUE", help="Compare with this threshold: latency_p99.page=800ms, or off."),
]
Service = Annotated[str | None, typer.Option("--service", help="Only this service.")]
Page = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page too.", dir_okay=False)]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds for a simulated service, or for each answer.")]


def command(
    *,
    incident: Incident = None,
    incidents: Listed = False,
    prometheus: Prometheus = None,
    since: Since = "7d",
    threshold: Threshold = None,
    service: Service = None,
    root: Root = Path(),
    form: AnswerOption = Answer.TEXT,
    html: Page = None,
    header_file: HeaderFile = None,
    timeout: Timeout = 120,
) -> None:
    """Replay the alerts over an incident or over the past. Exit 1: an incident led to something else than expected.

    An incident is simulated in a Prometheus of its own, which is started on this machine and stopped again.
    """
    if incidents:
        _list()
        return
    if (incident is None) == (prometheus is None):
        raise cannot_run("a replay needs something to replay", "give --incident NAME or --prometheus URL")
    if incident is not None and threshold:
        raise cannot_run("--threshold compares over the past", "add --prometheus URL in place of --incident")
    screen = Screen(root, Format(form))
    if incident is not None:
        report = _simulated(screen, incident, service, timeout, drawn=html is not None)
    else:
        report = _past(screen, prometheus or "", service, since, threshold or [], header_file, timeout)
    _show(report, screen, html)
    raise typer.Exit(FINDINGS if report.surprises else OK)


def _list() -> None:
    from mlmon.replay.incident import incidents

    for name, item in incidents().items():
        typer.echo(f"{name:18} {item.metadata.title}")


def _simulated(screen: Screen, incident: str, service: str | None, timeout: float, *, drawn: bool) -> Report:
    """Simulate for the services that the incident happens to, or for the one that is asked for whatever it is."""
    from mlmon.cli.slos import planned, services_of
    from mlmon.replay.incident import chosen
    from mlmon.replay.runs import concerned, simulated
    from mlmon.replay.trouble import ReplayError

    plan = planned(screen.root)
    try:
        item = chosen(incident)
        services = services_of(plan, [service]) if service else concerned(plan.services, item)
        with screen.progress("replaying"):
            return simulated(screen.root, plan, services, item, timeout, drawn=drawn)
    except ReplayError as error:
        raise cannot_run(error.message, error.advice) from None


def _past(
    screen: Screen, url: str, service: str | None, since: str, thresholds: list[str],
    header_file: Path | None, timeout: float,
) -> Report:  # fmt: skip
    from mlmon.cli.prometheus import client
    from mlmon.cli.slos import planned, services_of
    from mlmon.remote.http import QueryError
    from mlmon.replay.live import WORDS
    from mlmon.replay.runs import past
    from mlmon.replay.trouble import ReplayError
    from mlmon.units import UnitError

    plan = planned(screen.root)
    services = services_of(plan, [service] if service else [])
    try:
        with screen.progress("replaying"):
            return past(plan, services, client(url, header_file, timeout, WORDS), since, thresholds)
    except (QueryError, ReplayError, UnitError) as error:
        raise cannot_run(error.message, error.advice) from None


def _show(report: Report, screen: Screen, page: Path | None) -> None:
    from mlmon.replay import render_html, render_json, render_text

    is_json = screen.form is Format.JSON
    typer.echo(render_json.render(report) if is_json else render_text.render(report, screen.paint), nl=False)
    if page is not None:
        save(render_html.render(report), page)
