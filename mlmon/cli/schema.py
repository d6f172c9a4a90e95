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


def command(
    kind: Annotated[Kind, typer.Argument(help="service for specs/*.yaml, project for mlmon.yaml.")] = Kind.SERVICE,
    root: Root = Path(),
) -> None:
    """Print the JSON Schema of a spec; where there is an mlmon.yaml, with its teams and receivers as choices."""
    from mlmon.packs.load import library
    from mlmon.schema import schemas
    from mlmon.spec.load import load

    project = load(root).project
    typer.echo(schemas(library(), project.model if project else None)[f"schema/{kind.value}.json"], nl=False)
