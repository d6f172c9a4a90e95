"""`mlmon init`: a first spec for a runtime, and an mlmon.yaml where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlmon.cli.options import Root
from mlmon.cli.output import CANNOT_RUN, cannot_run


def command(
    runtime: Annotated[
        str, typer.Argument(help="Preset of the service's runtime, such as vllm.")
    ] = "prometheus-client",
    name: Annotated[str, typer.Option(help="Name of the service.")] = "my-service",
    team: Annotated[str, typer.Option(help="Owning team.")] = "my-team",
    root: Root = Path(),
) -> None:
    """Write a first spec for a runtime, and mlmon.yaml where there is none. Nothing is overwritten."""
    from mlmon.scaffold import scaffold

    files, problems = scaffold(runtime, name, team)
    for problem in problems:
        typer.echo(f"mlmon: {problem.message}; {problem.advice}", err=True)
    if problems:
        raise typer.Exit(CANNOT_RUN)
    spec = next(path for path in files if path.startswith("specs/"))
    if (root / spec).exists():
        raise cannot_run(f"{spec} exists already", "choose another --name, or edit the file")
    try:
        written = [path for path, text in files.items() if _write(root / path, text)]
    except OSError as error:
        typer.echo(f"mlmon: cannot write below {root}: {(error.strerror or 'unknown reason').lower()}", err=True)
        raise typer.Exit(CANNOT_RUN) from None
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo("next: fill in the selector and the receivers, then run `mlmon generate`")


def _write(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True
