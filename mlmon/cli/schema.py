"""`mlmon schema`: JSON Schemas for editors."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mlmon.cli.options import Root


class Kind(StrEnum):
    """Which file the schema is for."""

    SERVICE = "service"
    PROJECT = "project"
    PACK = "pack"


def command(
    kind: Annotated[Kind, typer.Argument(help="For specs, mlmon.yaml, or packs of your own.")] = Kind.SERVICE,
    root: Root = Path(),
) -> None:
    """Print the JSON Schema of a spec; where there is an mlmon.yaml, with its teams and receivers as choices."""
    from mlmon.packs.own import library_of
    from mlmon.schema import schemas
    from mlmon.spec.load import load

    workspace = load(root)
    project = workspace.project.model if workspace.project else None
    typer.echo(schemas(library_of(root, workspace), project)[f"schema/{kind.value}.json"], nl=False)
