"""`mlmon lint`: what compiles but will disappoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlmon.cli.options import Format, FormatOption, Root
from mlmon.cli.output import CANNOT_RUN, FINDINGS, OK, Screen, exit_code


def command(
    root: Root = Path(),
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="ID", help="Print the manual page of a rule.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules.")] = False,
    warnings_fail: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Check specs, plan and generated files for what the engines accept but people regret."""
    from mlmon import report
    from mlmon.compiler import lint_workspace
    from mlmon.diagnostics import Severity

    if explain or rules:
        raise typer.Exit(_manual(explain))
    screen = Screen(root, form)
    with screen.progress("linting"):
        findings = lint_workspace(root)
    screen.findings(findings)
    if form is Format.TEXT:
        screen.say(report.summary(findings) or f"{screen.paint('ok', 'green')}: nothing to complain about")
    serious = [finding for finding in findings if finding.severity is not Severity.NOTE]
    raise typer.Exit(FINDINGS if warnings_fail and serious else exit_code(findings))


def _manual(identifier: str | None) -> int:
    from mlmon.diagnostics import did_you_mean, one_of
    from mlmon.lint.catalogue import catalogue

    known = catalogue()
    if identifier is None:
        for rule in known.values():
            typer.echo(f"{rule.id:32} {rule.severity:8} {rule.manual.splitlines()[0]}")
        return OK
    if identifier not in known:
        hint = did_you_mean(identifier, known) or f"the rules are {one_of(known)}"
        typer.echo(f'mlmon: there is no lint rule "{identifier}"; {hint}', err=True)
        return CANNOT_RUN
    typer.echo(f"{identifier} ({known[identifier].severity})\n\n{known[identifier].manual}")
    return OK
