"""`mlmon doctor`: which tools were found, and what is not checked without the others."""

from __future__ import annotations

from pathlib import Path

import typer

from mlmon.cli.options import Format, FormatOption, Root
from mlmon.cli.output import FINDINGS, OK, Screen


def command(root: Root = Path(), form: FormatOption = Format.TEXT) -> None:
    """Say which tools were found, in which version, and what is not checked without the others."""
    import json

    from mlmon.tools.found import discover

    screen = Screen(root, form)
    tools = discover(root)
    if form is Format.JSON:
        rows = [
            {
                "name": tool.name,
                "usable": tool.usable,
                "version": tool.version,
                "source": tool.source,
                "problem": tool.problem,
            }
            for tool in tools
        ]
        typer.echo(json.dumps({"tools": rows}, indent=2))
    for tool in tools if form is not Format.JSON else ():
        mark = screen.paint("found", "green") if tool.usable else screen.paint("missing", "yellow")
        version = f" {tool.version} (from {tool.source})" if tool.usable else ""
        screen.say(f"{mark}: {tool.name}{version}")
        for line in (tool.problem, tool.advice):
            if line:
                screen.say(f"    {line}")
    raise typer.Exit(OK if all(tool.usable for tool in tools) else FINDINGS)
