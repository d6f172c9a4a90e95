"""`mlmon generate`: compile, check, and replace the output folder in one step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlmon.cli.options import Format, FormatOption, Root, StrictTools, Templates
from mlmon.cli.output import Screen, exit_code

if TYPE_CHECKING:
    from mlmon.compiler import Compiled
    from mlmon.diagnostics import Finding
    from mlmon.tools.report import ToolReport

OUTPUT = "generated"


def command(
    root: Root = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail and list what is missing, changed or orphaned.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that were changed by hand or are not mlmon's.")
    ] = False,
    tools: Annotated[bool, typer.Option(help="Let promtool, amtool and terraform check the result first.")] = True,
    proofs: Annotated[
        bool,
        typer.Option("--proofs/--no-proofs", help="Prove with promtool that every alert can fire (see `mlmon test`)."),
    ] = True,
    strict_tools: StrictTools = False,
    templates: Templates = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Compile mlmon.yaml and specs/ into generated/. Nothing is written unless everything was accepted."""
    from mlmon.compiler import check_files, compile_workspace
    from mlmon.tree import compare, explain, write

    screen = Screen(root, form)
    with screen.progress("compiling"):
        compiled = compile_workspace(root, templates)
    findings = list(compiled.findings)
    reports: tuple[ToolReport, ...] = ()
    if compiled.files and tools:
        with screen.progress("checking with promtool, amtool and terraform"):
            checked, reports = check_files(root, compiled, strict=strict_tools, display=OUTPUT)
        findings += checked
    if tools and proofs and not exit_code(findings):
        findings += _proofs(root, screen, compiled)
    code = exit_code(findings)
    if not code:
        difference = compare(root / OUTPUT, compiled.files, root_name=OUTPUT)
        findings += explain(difference) if check else write(root / OUTPUT, compiled.files, overwrite, root_name=OUTPUT)
        code = exit_code(findings)
    _report(screen, compiled, findings, reports, check=check, code=code)
    raise typer.Exit(code)


def _proofs(root: Path, screen: Screen, compiled: Compiled) -> list[Finding]:
    """Prove what has changed since it last succeeded; without promtool the checks before have said what is missing."""
    from mlmon.proving import alarms
    from mlmon.proving.findings import findings
    from mlmon.proving.fleet import OLD, CannotProveError, prove_new

    if compiled.plan is None or not compiled.files:
        return []
    found = alarms.newly(compiled.plan, compiled.files)
    try:
        with screen.steps("proving alerts") as told:
            return [*found, *findings(prove_new(root, compiled.plan, compiled.files, told=told))]
    except CannotProveError as error:
        return [*found, *([error.finding] if error.finding.rule == OLD else [])]


def _report(
    screen: Screen,
    compiled: Compiled,
    findings: list[Finding],
    reports: tuple[ToolReport, ...],
    *,
    check: bool,
    code: int,
) -> None:
    from mlmon import report

    screen.findings(findings, files=sorted(compiled.files), written=not check and not code)
    if screen.form is not Format.TEXT:
        return
    if code:
        left = "nothing was written" if not check else "run `mlmon generate` and commit the result"
        screen.say(f"{screen.paint('failed', 'red')}: {report.summary(findings)}; {left}")
        return
    services = len(compiled.plan.services) if compiled.plan else 0
    verb = "is up to date" if check else "holds"
    checked = ", ".join(item.name for item in reports if item.checked) or "no tool"
    screen.say(
        f"{screen.paint('ok', 'green')}: {OUTPUT}/ {verb} {len(compiled.files)} files for {services} "
        f"service{'s' * (services != 1)}, checked by {checked}"
    )
