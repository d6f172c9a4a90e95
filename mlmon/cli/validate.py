"""`mlmon validate`: let the engines' own tools judge what is on disk."""

from __future__ import annotations

from pathlib import Path

import typer

from mlmon.cli.options import Format, FormatOption, Root, StrictTools
from mlmon.cli.output import Screen, cannot_run, exit_code


def command(root: Root = Path(), strict_tools: StrictTools = False, form: FormatOption = Format.TEXT) -> None:
    """Check generated/ with promtool, amtool and terraform, as one report."""
    from mlmon.cli.generate import OUTPUT
    from mlmon.compiler import check_tree, compile_workspace

    screen = Screen(root, form)
    if not (root / OUTPUT).is_dir():
        raise cannot_run(f"there is no {OUTPUT}/ here", "run `mlmon generate` first")
    with screen.progress("checking with promtool, amtool and terraform"):
        compiled = compile_workspace(root)
        findings, reports = check_tree(root, root / OUTPUT, compiled.plan, strict=strict_tools, display=OUTPUT)
    code = exit_code(findings)
    screen.findings(
        findings,
        tools=[
            {"name": r.name, "version": r.version, "checked": r.checked, "not_checked": r.not_checked} for r in reports
        ],
    )
    for report in reports if form is Format.TEXT else ():
        screen.say(f"{report.name} {report.version or '(not run)'}: checked {', '.join(report.checked) or 'nothing'}")
        for gap in report.not_checked:
            screen.say(f"  {screen.paint('not checked', 'yellow')}: {gap}")
    raise typer.Exit(code)
