"""`mlmon packs`: which presets there are, and what each of them gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from mlmon.cli.options import Answer, AnswerOption, Root
from mlmon.cli.output import unknown

if TYPE_CHECKING:
    from mlmon.packs.load import Library

app = typer.Typer(help="Presets: signals, alerts and panels as data.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def about() -> None:
    """Presets: signals, alerts and panels as data."""


@app.command("list")
def list_command(
    kind: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only packs of this type.")] = None,
    form: AnswerOption = Answer.TEXT,
    root: Root = Path(),
) -> None:
    """List the packs: runtimes, infrastructure, quality, pipelines, and the alerts that every service gets."""
    from mlmon.explain.packs import summary
    from mlmon.explain.packs_text import as_list
    from mlmon.packs.model import PackType

    packs = sorted((item.pack for item in _library(root).packs.values()), key=lambda pack: pack.metadata.name)
    kinds = list(get_args(PackType))
    if kind is not None and kind not in kinds:
        raise unknown("type", kind, kinds)
    found = [summary(pack) for name in kinds for pack in packs if pack.metadata.type == name and kind in {None, name}]
    _print({"packs": found} if form is Answer.JSON else as_list(found))


@app.command("show")
def show_command(
    name: Annotated[str, typer.Argument(help="Name of the pack, such as vllm.")],
    form: AnswerOption = Answer.TEXT,
    root: Root = Path(),
) -> None:
    """Show a pack's parameters, signals, alerts with default thresholds and their reasons, panels and notes."""
    from mlmon.explain.packs import description
    from mlmon.explain.packs_text import as_page

    library = _library(root)
    if name not in library.packs:
        raise unknown("pack", name, library.packs)
    found = description(library, name)
    _print(found if form is Answer.JSON else as_page(found))


def _library(root: Path) -> Library:
    """Return the packs; what is wrong with those of the organisation's own is said beside them."""
    from mlmon import report
    from mlmon.packs.own import library_of
    from mlmon.plan.own_packs import check_own_packs
    from mlmon.spec.load import load

    found = library_of(root, load(root))
    typer.echo(report.as_text([*found.findings, *check_own_packs(found)], root), nl=False, err=True)
    return found


def _print(answer: dict[str, Any] | str) -> None:
    import json

    text = answer if isinstance(answer, str) else json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    typer.echo(text, nl=False)
