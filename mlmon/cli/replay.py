"""`mlmon replay`: which alerts fire over an incident or over the past, when, and who is told."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlmon.cli.options import Format, Root
from mlmon.cli.output import CANNOT_RUN, FINDINGS, OK, Screen

if TYPE_CHECKING:
    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.replay.report import Report


class Form(StrEnum):
    """How the replay is written."""

    TEXT = "text"
    JSON = "json"


def command(
    *,
    incident: Annotated[
        str | None, typer.Option("--incident", metavar="NAME", help="Simulate this incident, or that of a YAML file.")
    ] = None,
    incidents: Annotated[bool, typer.Option("--incidents", help="List the incidents.")] = False,
    prometheus: Annotated[
        str | None, typer.Option("--prometheus", metavar="URL", help="Look at what this Prometheus has stored.")
    ] = None,
    since: Annotated[str, typer.Option(metavar="DURATION", help="How far to look back there.")] = "7d",
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME.SEVERITY=VALUE", help="Compare with this threshold: latency_p99.page=800ms, or off."
        ),
    ] = None,
    service: Annotated[str | None, typer.Option("--service", help="Only this service.")] = None,
    root: Root = Path(),
    form: Annotated[Form, typer.Option("--format", help="text for people, json for programs.")] = Form.TEXT,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page too.", dir_okay=False)
    ] = None,
    header_file: Annotated[
        Path | None, typer.Option(help="Headers to send, one `Name: value` a line; for credentials and tenants.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for a simulated service, or for each answer.")] = 120,
) -> None:
    """Replay the alerts over an incident or over the past. Exit 1: an incident led to something else than expected.

    An incident is simulated in a Prometheus of its own, which is started on this machine and stopped again.
    """
    from mlmon.replay.trouble import ReplayError

    screen = Screen(root, Format.JSON if form is Form.JSON else Format.TEXT)
    try:
        if incidents:
            raise typer.Exit(_list())
        if (incident is None) == (prometheus is None):
            raise ReplayError("a replay needs something to replay", "give --incident NAME or --prometheus URL")
        if incident is not None and threshold:
            raise ReplayError("--threshold compares over the past", "add --prometheus URL in place of --incident")
        plan, services = _services(root, service)
        with screen.progress("replaying"):
            if incident is not None:
                report = _simulated(
                    root, plan, services, incident, timeout, named=service is not None, drawn=html is not None
                )
            else:
                report = _past(plan, services, prometheus or "", since, threshold or [], header_file, timeout)
    except ReplayError as error:
        typer.echo(f"mlmon: {error.message}; {error.advice}", err=True)
        raise typer.Exit(CANNOT_RUN) from None
    _show(report, screen, form)
    if html is not None:
        _write(report, html)
    raise typer.Exit(FINDINGS if report.surprises else OK)


def _list() -> int:
    from mlmon.replay.incident import incidents

    for name, item in incidents().items():
        typer.echo(f"{name:18} {item.metadata.title}")
    return OK


def _services(root: Path, name: str | None) -> tuple[Plan, list[ServicePlan]]:
    from mlmon.cli.slos import planned
    from mlmon.diagnostics import did_you_mean, one_of
    from mlmon.replay.trouble import ReplayError

    plan = planned(root)
    names = [item.name for item in plan.services]
    if name is not None and name not in names:
        raise ReplayError(f'there is no service "{name}"', did_you_mean(name, names) or f"there is {one_of(names)}")
    return plan, [item for item in plan.services if name in {None, item.name}]


def _simulated(
    root: Path, plan: Plan, services: list[ServicePlan], name: str, timeout: float, *, named: bool, drawn: bool
) -> Report:
    """Simulate for each service that the incident is about, or for the one that is asked for."""
    from mlmon.replay.executable import checked, locate
    from mlmon.replay.incident import chosen
    from mlmon.replay.people import zone
    from mlmon.replay.report import Report
    from mlmon.replay.server import prometheus as started
    from mlmon.replay.simulate import replay
    from mlmon.replay.trouble import ReplayError

    item = chosen(name)
    fitting = [
        service for service in services
        if named or item.expected(service)
    ]  # fmt: skip
    if not fitting:
        raise ReplayError(f"no service is of a kind that {name} happens to", "see `mlmon replay --incidents`")
    executable, results = checked(locate(root)), []
    for service in fitting:
        with started(executable, timeout) as server:
            results.append(replay(server, plan, service, item, drawn=drawn))
    hours = plan.routing.business_hours
    title = f"{item.metadata.title} ({item.metadata.name})"
    about = f"{item.metadata.description} Times are those of {hours.timezone}."
    return Report(title, about, tuple(results), (), item, zone(hours))


def _past(
    plan: Plan, services: list[ServicePlan], url: str, since: str, thresholds: list[str],
    header_file: Path | None, timeout: float,
) -> Report:  # fmt: skip
    import os

    from mlmon.diagnostics import did_you_mean, one_of
    from mlmon.remote.client import Client
    from mlmon.remote.credentials import checked_base, headers
    from mlmon.remote.http import QueryError
    from mlmon.replay.live import Asked, Past, changes, proposed
    from mlmon.replay.people import zone
    from mlmon.replay.report import Report
    from mlmon.replay.trouble import ReplayError
    from mlmon.units import Duration, UnitError

    try:
        length = int(Duration.of(since).seconds)
        token = os.environ.get("PROMETHEUS_TOKEN_FILE")
        client = Client(checked_base(url), headers(header_file, Path(token) if token else None), timeout)
    except (QueryError, UnitError) as error:
        raise ReplayError(error.message, error.advice) from None
    step = max(int(plan.outputs.evaluation_interval.seconds), 1)
    if length < 10 * step:
        raise ReplayError(f"--since {since} is shorter than ten evaluations", f"look back {10 * step}s or more")
    end = int(time.time()) // step * step
    asked, wanted = Asked(client), changes(thresholds)
    pasts = [Past.of(plan, service, asked, end - length // step * step, end) for service in services]
    variants = [(past, other) for past in pasts if wanted and (other := proposed(past.service, wanted))]
    if wanted and not variants:
        alerts = [alert for item in services for alert in item.alerts if alert.threshold_key]
        known = sorted({f"{alert.threshold_key}.{alert.severity}" for alert in alerts})
        first = thresholds[0].partition("=")[0]
        advice = did_you_mean(first, known) or f"there is {one_of(known)}"
        raise ReplayError(f'no alert has the threshold "{first}"', advice)
    results = tuple(past.result(past.service) for past in pasts)
    others = tuple(past.result(other) for past, other in variants)
    hours = plan.routing.business_hours
    title = f"The last {since} in {client.url}"
    about = f"Alerts as they would have fired with the thresholds of the specs. Times are those of {hours.timezone}."
    return Report(title, about, results, others, None, zone(hours), tuple(thresholds))


def _show(report: Report, screen: Screen, form: Form) -> None:
    from mlmon.replay import render_json, render_text

    typer.echo(render_json.render(report) if form is Form.JSON else render_text.render(report, screen.paint), nl=False)


def _write(report: Report, path: Path) -> None:
    from mlmon.replay import render_html

    try:
        path.write_text(render_html.render(report), encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        typer.echo(f"mlmon: {path} cannot be written: {reason}; check the path", err=True)
        raise typer.Exit(CANNOT_RUN) from None
    typer.echo(f"wrote {path}", err=True)
