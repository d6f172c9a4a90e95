"""The staged output that the tools look at, and its names in messages."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.diagnostics import Place

if TYPE_CHECKING:
    from pathlib import Path

QUOTE_LIMIT = 600
"""Characters of a tool's own words that one message may hold."""

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Staged:
    """A folder of generated files that is not in its place yet."""

    root: Path
    """Where it is now; never shown."""
    display: str
    """How it will be called, relative to the project root: `generated`."""

    def place(self, path: str, line: int = 0, column: int = 0) -> Place:
        """Return the place of a position in the file `path`, which is relative to the folder."""
        shown = os.path.normpath(os.path.join(self.display, path))
        return Place(shown, line, column if line else 0)

    def text(self, path: str) -> str:
        """Return the text of a staged file; empty when it cannot be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def quote(self, words: str) -> str:
        """Return a tool's words as one bounded line, without control characters or paths of this machine."""
        for root in {str(self.root.resolve()), str(self.root.absolute())}:
            words = words.replace(root, self.display)
        return one_line(words)


def one_line(words: str, limit: int = QUOTE_LIMIT) -> str:
    """Return a tool's words as one bounded line without control characters; line ends become ` | `."""
    parts = (" ".join(part.split()) for part in _ESCAPES.sub("", words).split("\n"))
    line = "".join(map(_printable, " | ".join(filter(None, parts))))
    return line if len(line) <= limit else f"{line[:limit]}… ({len(line) - limit} more characters)"


def _printable(character: str) -> str:
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
