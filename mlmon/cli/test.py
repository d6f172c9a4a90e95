"""`mlmon test`: prove that every alert fires when it must, and is silent when it must be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlmon.cli.options import Format, FormatOption, Root
from mlmon.cli.output import CANNOT_RUN, OK, Screen, exit_code

if TYPE_CHECKING:
    from mlmon.proving.model import Row

_INTERRUPTED = 130
"""What a shell gives for a program that an interruption has ended."""


def command(
    root: Root = Path(),
    service: Annotated[list[str] | None, typer.Option("--service", help="Only this service; may be repeated.")] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only what has changed since it last succeeded (see XDG_CACHE_HOME).")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", dir_okay=False, help="Write the results as JUnit XML.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Calls of promtool at the same time.")] = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Run the generated unit tests of all alerts with promtool, as compiled from the specs and not as on the disk."""
    from mlmon.compiler import compile_workspace
    from mlmon.diagnostics import did_you_mean, has_errors, one_of
    from mlmon.proving import alarms
    from mlmon.proving import findings as failed
    from mlmon.proving import junit as xml
    from mlmon.proving.fleet import CannotProveError, prove_plan
    from mlmon.proving.model import rows
    from mlmon.targets.proofs import unproven

    screen = Screen(root, form)
    with screen.progress("compiling"):
        compiled = compile_workspace(root)
    if compiled.plan is None or has_errors(compiled.findings):
        screen.findings(compiled.findings)
        raise typer.Exit(exit_code(compiled.findings))
    known = [item.name for item in compiled.plan.services]
    for name in service or []:
        if name not in known:
            hint = did_you_mean(name, known) or f"there are {one_of(known)}"
            typer.echo(f'mlmon: there is no service "{name}"; {hint}', err=True)
            raise typer.Exit(CANNOT_RUN)
    try:
        with screen.steps("proving alerts") as told:
            results = prove_plan(
                root, compiled.plan, compiled.files, service or (), jobs=jobs, again=not changed, told=told
            )
    except CannotProveError as error:
        typer.echo(f"mlmon: {error}", err=True)
        raise typer.Exit(CANNOT_RUN) from None
    except KeyboardInterrupt:
        typer.echo("mlmon: interrupted; every promtool was stopped", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    played = alarms.play(compiled.plan, compiled.files, service or ())
    if junit:
        _write(junit, xml.as_junit(results, played))
    missing = [one for one in unproven(compiled.plan) if not service or one.alert.service in service]
    found = [*failed.findings(results), *alarms.findings(played), *failed.gaps(missing)]
    table = rows(results, played)
    screen.findings(found, services=[_data(row) for row in table])
    if form is Format.TEXT:
        _table(screen, table)
    raise typer.Exit(exit_code(found) or (OK if all(row.passed for row in table) else CANNOT_RUN))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        typer.echo(f"mlmon: {path} cannot be written: {error.strerror or error}", err=True)
        raise typer.Exit(CANNOT_RUN) from None


def _data(row: Row) -> dict[str, Any]:
    return {
        "service": row.service,
        "alerts": row.alerts,
        "cases": row.cases,
        "alarms": row.alarms,
        "alarm_cases": row.alarm_cases,
        "seconds": round(row.seconds, 3),
        "passed": row.passed,
        "failures": row.failures,
    }


def _table(screen: Screen, found: list[Row]) -> None:
    width = max([len(row.service) for row in found] + [len("service")])
    screen.say(f"{'service':{width}}  alerts  cases  alarms  series  seconds  result")
    for row in found:
        known = f" ({row.known} of {row.proofs} proofs known)" if row.known else ""
        verdict = screen.paint("ok", "green") if row.passed else screen.paint(f"{row.failures} failed", "red")
        counts = f"{row.alerts:6}  {row.cases:5}  {row.alarms:6}  {row.alarm_cases:6}  {row.seconds:7.1f}"
        screen.say(f"{row.service:{width}}  {counts}  {verdict}{known}")
