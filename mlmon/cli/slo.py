"""`mlmon slo`: commands about promises."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mlmon.cli.options import OneService, Root, SloName
from mlmon.cli.output import cannot_run

app = typer.Typer(help="What a promise means.", no_args_is_help=True, rich_markup_mode=None)


class Form(StrEnum):
    """How the explanation is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@app.callback()
def about() -> None:
    """What a promise means."""


@app.command("explain")
def explain_command(
    service: OneService = None,
    slo: SloName = None,
    rate: Annotated[
        str | None,
        typer.Option(metavar="RATE", help="Traffic to reckon with, such as 50/s; else `traffic` of the spec."),
    ] = None,
    root: Root = Path(),
    form: Annotated[Form, typer.Option("--format", help="text for people, json for programs, markdown.")] = Form.TEXT,
) -> None:
    """Say what each objective allows, which outages page, after how long, and what they cost until then."""
    from mlmon.cli.slos import chosen
    from mlmon.explain import render
    from mlmon.explain.build import explain
    from mlmon.units import UnitError, read_rate

    plan, slos = chosen(root, service, slo)
    try:
        traffic = None if rate is None else read_rate(rate)
    except UnitError as error:
        raise cannot_run(error.message, error.advice) from None
    found = [explain(plan, item, traffic) for item in slos]
    forms = {Form.TEXT: render.as_text, Form.JSON: render.as_json, Form.MARKDOWN: render.as_markdown}
    typer.echo(forms[form](found), nl=False)
