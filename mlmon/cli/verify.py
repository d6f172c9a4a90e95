"""`mlmon verify`: whether the metrics that the rules read exist."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlmon.cli.options import Format, FormatOption, HeaderFile, Root, Timeout
from mlmon.cli.output import FINDINGS, OK, Screen, cannot_run, exit_code, unknown

if TYPE_CHECKING:
    from mlmon.diagnostics import Finding
    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.verify.model import Verified
    from mlmon.verify.source import Source

HOUR = 3600
Services = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these services.")]
Prometheus = Annotated[str | None, typer.Option("--prometheus", metavar="URL", help="Address of Prometheus.")]
Metrics = Annotated[
    list[str] | None,
    typer.Option("--metrics", metavar="URL|FILE|-", help="A page of metrics; repeat it for several exporters."),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--component", metavar="NAME", help="Only this component, which has to be there."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on warnings, and on required series not seen yet.")]
MaxSeries = Annotated[
    int, typer.Option(min=1, metavar="N", help="Label combinations that a metric may have on one target.")
]


def command(
    services: Services = None,
    *,
    metrics: Metrics = None,
    prometheus: Prometheus = None,
    component: Only = None,
    strict: Strict = False,
    max_series: MaxSeries = 1000,
    root: Root = Path(),
    form: FormatOption = Format.TEXT,
    header_file: HeaderFile = None,
    timeout: Timeout = 30,
) -> None:
    """Check that the metrics of services exist as their rules expect them: name, type, labels, buckets, number.

    Exit 0: all that SLOs, alerts and recordings read is there; 1: something is missing or wrong; 2: could not be asked.
    """
    from mlmon.cli.slos import prepared
    from mlmon.remote.http import QueryError
    from mlmon.verify.families import names_by_family
    from mlmon.verify.model import Verified
    from mlmon.verify.run import verify
    from mlmon.verify.wish import Wish

    if bool(metrics) == bool(prometheus):
        raise cannot_run("give either --metrics or --prometheus", "see mlmon verify --help")
    screen = Screen(root, form)
    plan, library = prepared(root)
    chosen = _chosen(plan, services or [], component or [])
    wish = Wish(frozenset(component or ()), bool(services), strict, max_series, names_by_family(library))
    where = ", ".join("standard input" if place == "-" else place for place in metrics or [str(prometheus)])
    try:
        with screen.progress("looking at the metrics"):
            source, broken = _source(metrics or [], prometheus, header_file, timeout, root)
            found = Verified(where, (), tuple(broken)) if broken else verify(chosen, source, where, wish)
    except QueryError as error:
        raise cannot_run(error.message, error.advice) from None
    _print(found, screen)
    raise typer.Exit(_code(found, strict))


def _source(
    metrics: list[str], prometheus: str | None, header_file: Path | None, timeout: float, root: Path
) -> tuple[Source, list[Finding]]:
    from mlmon.cli.prometheus import client
    from mlmon.remote.credentials import headers
    from mlmon.verify.fetch import read_pages
    from mlmon.verify.live import WORDS, Live

    if prometheus is None:
        # The token for Prometheus is nothing that services should be told.
        return read_pages(metrics, headers(header_file, None), timeout, root)
    return Live(client(prometheus, header_file, timeout, WORDS), int(time.time()) - HOUR), []


def _chosen(plan: Plan, services: list[str], components: list[str]) -> list[ServicePlan]:
    from mlmon.cli.slos import services_of

    chosen = services_of(plan, services)
    present = [part.name for item in chosen for part in item.components]
    for name in components:
        if name not in present:
            raise unknown("component", name, present)
    return chosen


def _print(found: Verified, screen: Screen) -> None:
    from mlmon import report
    from mlmon.verify import render_json, render_text

    if screen.form is Format.JSON:
        screen.findings(found.findings, **render_json.as_data(found))
        return
    if screen.form is Format.TEXT and found.services:
        typer.echo(render_text.render(found, screen.paint))
    screen.findings(found.findings)
    if screen.form is Format.TEXT:
        verdict = report.summary(found.findings) or screen.paint("ok", "green")
        screen.say(f"{verdict}: {render_text.counts(found)}" if found.services else verdict)


def _code(found: Verified, strict: bool) -> int:
    from mlmon.diagnostics import Severity

    serious = [item for item in found.findings if item.severity is not Severity.NOTE]
    return (FINDINGS if serious else OK) if strict else exit_code(found.findings)
