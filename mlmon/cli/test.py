"""`mlmon test`: prove that every alert fires when it must, and is silent when it must be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlmon.cli.options import Format, FormatOption, Root
from mlmon.cli.output import CANNOT_RUN, OK, Screen, cannot_run, exit_code, save

if TYPE_CHECKING:
    from mlmon.diagnostics import Finding
    from mlmon.plan.model import Plan
    from mlmon.proving.alarms import Played
    from mlmon.proving.model import Result, Row

_INTERRUPTED = 130
"""What a shell gives for a program that an interruption has ended."""
Services = Annotated[list[str] | None, typer.Option("--service", help="Only this service; may be repeated.")]
Changed = Annotated[
    bool, typer.Option("--changed", help="Only what has changed since it last succeeded (see XDG_CACHE_HOME).")
]
Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", dir_okay=False, help="Write the results as JUnit XML.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Calls of promtool at the same time.")]


def command(
    root: Root = Path(),
    service: Services = None,
    changed: Changed = False,
    junit: Junit = None,
    jobs: Jobs = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Run the generated unit tests of all alerts with promtool, as compiled from the specs and not as on the disk."""
    from mlmon.cli.slos import services_of
    from mlmon.proving import alarms
    from mlmon.proving.junit import as_junit
    from mlmon.proving.model import rows

    screen, wanted = Screen(root, form), service or []
    plan, files = _compiled(screen)
    services_of(plan, wanted)
    plan = plan.only(wanted)
    results, played = _proven(screen, plan, files, jobs, again=not changed), alarms.play(plan, files)
    if junit:
        save(as_junit(results, played), junit, parents=True)
    found, table = _findings(plan, results, played), rows(results, played)
    screen.findings(found, services=[_data(row) for row in table])
    if form is Format.TEXT:
        _table(screen, table)
    raise typer.Exit(exit_code(found) or (OK if all(row.passed for row in table) else CANNOT_RUN))


def _compiled(screen: Screen) -> tuple[Plan, dict[str, str]]:
    """Return the plan and the files that it renders to; where a spec is wrong, say so and stop."""
    from mlmon.compiler import compile_workspace
    from mlmon.diagnostics import has_errors

    with screen.progress("compiling"):
        compiled = compile_workspace(screen.root)
    if compiled.plan is None or has_errors(compiled.findings):
        screen.findings(compiled.findings)
        raise typer.Exit(exit_code(compiled.findings))
    return compiled.plan, compiled.files


def _proven(screen: Screen, plan: Plan, files: dict[str, str], jobs: int | None, *, again: bool) -> tuple[Result, ...]:
    from mlmon.proving.fleet import CannotProveError, prove_plan

    try:
        with screen.steps("proving alerts") as told:
            return prove_plan(screen.root, plan, files, jobs=jobs, again=again, told=told)
    except CannotProveError as error:
        raise cannot_run(error.finding.message, error.finding.advice) from None
    except KeyboardInterrupt:
        typer.echo("mlmon: interrupted; every promtool was stopped", err=True)
        raise typer.Exit(_INTERRUPTED) from None


def _findings(plan: Plan, results: tuple[Result, ...], played: tuple[Played, ...]) -> list[Finding]:
    """Return what did not hold, and what is not proven at all."""
    from mlmon.proving import alarms, findings
    from mlmon.targets.proofs import unproven

    return [*findings.findings(results), *alarms.findings(played), *findings.gaps(unproven(plan))]


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
