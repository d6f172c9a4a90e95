"""`mlmon test`: prove that every alert fires when it must, and is silent when it must be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlmon.cli.options import Format, FormatOption, Root
from mlmon.cli.output import CANNOT_RUN, Screen, exit_code

if TYPE_CHECKING:
    from mlmon.proving.model import Result, Row


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
    from mlmon.proving import findings as failed
    from mlmon.proving import junit as xml
    from mlmon.proving.fleet import CannotProveError, prove_plan
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
    if junit:
        junit.write_text(xml.as_junit(results), encoding="utf-8")
    missing = [one for one in unproven(compiled.plan) if not service or one.alert.service in service]
    found = [*failed.findings(results), *failed.gaps(missing)]
    screen.findings(found, services=[_data(row) for row in _rows(results)])
    if form is Format.TEXT:
        _table(screen, results)
    raise typer.Exit(exit_code(found) or any(not result.passed for result in results))


def _rows(results: tuple[Result, ...]) -> list[Row]:
    from mlmon.proving.model import rows

    return rows(results)


def _data(row: Row) -> dict[str, Any]:
    return {
        "service": row.service,
        "alerts": row.alerts,
        "cases": row.cases,
        "seconds": round(row.seconds, 3),
        "passed": row.passed,
        "failures": row.failures,
    }


def _table(screen: Screen, results: tuple[Result, ...]) -> None:
    found = _rows(results)
    width = max([len(row.service) for row in found] + [len("service")])
    screen.say(f"{'service':{width}}  alerts  cases  seconds  result")
    for row in found:
        known = f" ({row.known} of {row.proofs} proofs known)" if row.known else ""
        verdict = screen.paint("ok", "green") if row.passed else screen.paint(f"{row.failures} failed", "red")
        screen.say(f"{row.service:{width}}  {row.alerts:6}  {row.cases:5}  {row.seconds:7.1f}  {verdict}{known}")
