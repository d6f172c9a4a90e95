"""`mlmon lint`: what compiles but will disappoint."""

from __future__ import annotations

import shutil
import textwrap
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mlmon.cli.options import Format, FormatOption, Root, Templates
from mlmon.cli.output import FINDINGS, OK, Screen, exit_code, unknown


def command(
    root: Root = Path(),
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="ID", help="Print the manual page of a rule.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules.")] = False,
    warnings_fail: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    day: Annotated[
        datetime | None,
        typer.Option("--today", formats=["%Y-%m-%d"], help="Judge dates as of this day, to see what is about to end."),
    ] = None,
    templates: Templates = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Check specs, plan and generated files for what the engines accept but people regret."""
    from mlmon import report
    from mlmon.compiler import lint_workspace
    from mlmon.diagnostics import Severity

    screen = Screen(root, form)
    if explain is not None or rules:
        raise typer.Exit(_list(screen) if explain is None else _manual(explain))
    with screen.progress("linting"):
        findings = lint_workspace(root, day.date() if day else None, templates)
    screen.findings(findings)
    if form is Format.TEXT:
        screen.say(report.summary(findings) or f"{screen.paint('ok', 'green')}: nothing to complain about")
    serious = [finding for finding in findings if finding.severity is not Severity.NOTE]
    raise typer.Exit(FINDINGS if warnings_fail and serious else exit_code(findings))


def _list(screen: Screen) -> int:
    """List the rules by severity, each with the fact that its manual page begins with."""
    from mlmon.diagnostics import Severity
    from mlmon.lint.catalogue import catalogue
    from mlmon.report import COLOURS

    rules = list(catalogue().values())
    indent, width = max(len(rule.id) for rule in rules) + 4, max(shutil.get_terminal_size((120, 24)).columns, 60)
    for severity in Severity:
        found = [rule for rule in rules if rule.severity is severity]
        typer.echo(screen.paint(f"{severity}s", COLOURS[severity]) + f" ({len(found)})")
        for rule in found:
            first = rule.manual.partition("\n\n")[0]
            head = f"  {rule.id:{indent - 2}}"
            typer.echo(textwrap.fill(first, width, initial_indent=head, subsequent_indent=" " * indent))
        typer.echo()
    typer.echo(f"{len(rules)} rules; `mlmon lint --explain ID` prints the manual page of one.")
    typer.echo("`# mlmon: ignore[ID] reason, until DATE` on a line, or above it, silences one.")
    return OK


def _manual(identifier: str) -> int:
    from mlmon.lint.catalogue import catalogue

    known = catalogue()
    if identifier not in known:
        raise unknown("lint rule", identifier, known)
    typer.echo(f"{identifier} ({known[identifier].severity})\n\n{known[identifier].manual}")
    return OK
