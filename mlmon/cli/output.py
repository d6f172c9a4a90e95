"""What the user sees: findings, progress on a terminal, and the exit code."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from mlmon.cli.options import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from mlmon.diagnostics import Finding

OK, FINDINGS, CANNOT_RUN = 0, 1, 2


class Screen:
    """Prints for one command: results to standard output, progress and remarks to standard error."""

    def __init__(self, root: Path, form: Format) -> None:
        self.root, self.form = root, form

    def findings(self, findings: Iterable[Finding], **more: Any) -> None:
        """Print findings in the chosen format; `more` joins the JSON object."""
        from mlmon import report

        found = list(findings)
        if self.form is Format.JSON:
            typer.echo(report.as_json(found, **more), nl=False)
        elif self.form is Format.GITHUB:
            typer.echo(report.as_github(found), nl=False)
        else:
            typer.echo(report.as_text(found, self.root, self.paint), nl=False)

    def say(self, text: str) -> None:
        """Print a line for people; programs that read JSON do not get it on standard output."""
        typer.echo(text, err=self.form is not Format.TEXT)

    def paint(self, text: str, colour: str) -> str:
        """Colour a text for a terminal; NO_COLOR (no-color.org) is respected, pipes stay plain."""
        return (
            typer.style(text, fg=colour, bold=True)
            if _is_terminal(sys.stdout) and "NO_COLOR" not in os.environ
            else text
        )

    @contextmanager
    def progress(self, text: str) -> Iterator[None]:
        """Show what is being waited for, on terminals only."""
        if not _is_terminal(sys.stderr) or self.form is not Format.TEXT:
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(text):
            yield

    @contextmanager
    def steps(self, text: str) -> Iterator[Callable[[int, int], None]]:
        """Show how much of something is done, on terminals only; what is given is called with (done, of)."""
        if not _is_terminal(sys.stderr) or self.form is not Format.TEXT:
            yield lambda done, of: None
            return
        from rich.console import Console

        with Console(stderr=True).status(text) as status:
            yield lambda done, of: status.update(f"{text}: {done} of {of}")


def _is_terminal(stream: Any) -> bool:
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 1 when an error is among the findings, 0 otherwise."""
    from mlmon.diagnostics import has_errors

    return FINDINGS if has_errors(findings) else OK


def cannot_run(message: str, advice: str) -> typer.Exit:
    """Say why a command cannot do what it is asked to, and return what ends it."""
    typer.echo(f"mlmon: {message}; {advice}", err=True)
    return typer.Exit(CANNOT_RUN)


def save(text: str, path: Path, *, parents: bool = False) -> None:
    """Write a file that was asked for, with the folders it needs if `parents`; say why and stop where it cannot be."""
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise cannot_run(f"{path} cannot be written: {reason}", "check the path") from None
    typer.echo(f"wrote {path}", err=True)


def unknown(what: str, given: str, known: Iterable[str]) -> typer.Exit:
    """Say that there is no service, pack, ... of a given name, and which there are; return what ends the command."""
    from mlmon.diagnostics import did_you_mean, one_of

    names = sorted(set(known))
    return cannot_run(f'there is no {what} "{given}"', did_you_mean(given, names) or f"there is {one_of(names)}")
