"""`mlmon budget`: what is left of each error budget, and whether releases have to wait."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlmon.cli.options import Format, HeaderFile, OneService, Root, SloName, Timeout
from mlmon.cli.output import FINDINGS, OK, Screen, cannot_run, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from mlmon.budget.model import Report


class Form(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


Prometheus = Annotated[str, typer.Option("--prometheus", metavar="URL", help="Address of Prometheus.")]
FormOption = Annotated[Form, typer.Option("--format", help="text, json, markdown, or html: a page of its own.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.", dir_okay=False)]
Least = Annotated[str | None, typer.Option(metavar="SHARE", help="Fail when less than this is left, such as 10%.")]
At = Annotated[str | None, typer.Option(metavar="TIME", help="As of this moment: 2026-03-14T12:00Z, or Unix seconds.")]


def command(
    service: OneService = None,
    *,
    prometheus: Prometheus,
    slo: SloName = None,
    root: Root = Path(),
    form: FormOption = Form.TEXT,
    output: Output = None,
    min_budget: Least = None,
    at: At = None,
    header_file: HeaderFile = None,
    timeout: Timeout = 30,
) -> None:
    """Say what is left of each error budget, and what spent it. Exit 1: releases have to wait; 2: could not be asked.

    Reads what mlmon's rules have recorded, in one query per SLO for a month and three for a quarter.
    """
    from mlmon.budget.moments import read_moment
    from mlmon.budget.report import report
    from mlmon.cli.prometheus import client
    from mlmon.cli.slos import chosen
    from mlmon.remote.client import BUDGETS
    from mlmon.remote.http import QueryError
    from mlmon.units import UnitError, read_ratio

    screen = Screen(root, Format.TEXT if form is Form.TEXT else Format.JSON)
    _, slos = chosen(root, service, slo)
    try:
        now = int(time.time()) if at is None else read_moment(at)
        least = None if min_budget is None else _share(read_ratio(min_budget))
        asked = client(prometheus, header_file, timeout, BUDGETS)
        with screen.progress("asking Prometheus"):
            found = report(asked, slos, now, least)
    except (QueryError, UnitError) as error:
        raise cannot_run(error.message, error.advice) from None
    _write(found, form, screen, output)
    raise typer.Exit(FINDINGS if found.freeze else OK)


def _share(ratio: Decimal) -> Decimal:
    from mlmon.units import UnitError, percent

    if not 0 <= ratio <= 1:
        raise UnitError(f"{percent(ratio)} is no share of a budget", "write a percentage from 0% to 100%")
    return ratio


def _write(found: Report, form: Form, screen: Screen, output: Path | None) -> None:
    from mlmon.report import plain_paint

    if output is None:
        typer.echo(_rendered(found, form, screen.paint), nl=False)
    else:
        save(_rendered(found, form, plain_paint), output)


def _rendered(found: Report, form: Form, paint: Callable[[str, str], str]) -> str:
    from mlmon.budget import render_html, render_json, render_markdown, render_text

    if form is Form.TEXT:
        return render_text.render(found, paint)
    forms = {Form.JSON: render_json.render, Form.MARKDOWN: render_markdown.render, Form.HTML: render_html.render}
    return forms[form](found)
