"""The command line: parses options, calls the compiler, prints, sets the exit code.

Each command is a module here with a function `command`, or an `app` with commands of its own; modules import what they
work with inside those functions, so that `mlmon --help` stays quick.
"""

from __future__ import annotations

from typing import Annotated

import typer

from mlmon.cli import budget, doctor, generate, init, lint, packs, replay, route, schema, slo, test, validate, verify

app = typer.Typer(
    help="Compile one YAML spec per machine-learning service into everything that watches it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (generate, lint, validate, init, schema, doctor, budget, replay, route, test, verify):
    app.command(module.__name__.rpartition(".")[2])(module.command)
app.add_typer(slo.app, name="slo")
app.add_typer(packs.app, name="packs")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"mlmon {version('mlmon')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Compile one YAML spec per machine-learning service into everything that watches it."""
    del version
