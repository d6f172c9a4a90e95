"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class Answer(StrEnum):
    """How an answer is printed that holds no findings."""

    TEXT = "text"
    JSON = "json"


Root = Annotated[
    Path,
    typer.Option("--root", "-C", help="Folder with mlmon.yaml and specs/.", file_okay=False, show_default="."),
]
"""The project's folder."""
FormatOption = Annotated[
    Format, typer.Option("--format", help="text for people, json for programs, github for pull request annotations.")
]
"""How to print findings."""
AnswerOption = Annotated[Answer, typer.Option("--format", help="text for people, json for programs.")]
"""How to print an answer."""
OneService = Annotated[str | None, typer.Argument(help="Only this service.")]
"""Whose SLOs are meant."""
SloName = Annotated[str | None, typer.Option("--slo", metavar="NAME", help="Only SLOs of this name.")]
"""Which SLOs are meant."""
StrictTools = Annotated[
    bool, typer.Option("--strict-tools", help="Fail when promtool, amtool or terraform is missing; for CI.")
]
"""Whether a missing tool is an error."""
Templates = Annotated[
    Path | None,
    typer.Option(
        "--templates", metavar="DIR", exists=True, file_okay=False, help="Prefer the templates of prose in this folder."
    ),
]
"""Whose wording runbooks have."""
HeaderFile = Annotated[
    Path | None,
    typer.Option("--header-file", help="Headers to send, one `Name: value` a line; for credentials and tenants."),
]
"""What is sent along when somebody is asked over HTTP."""
Timeout = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds to wait for each answer.")]
"""How long somebody may take to answer."""
