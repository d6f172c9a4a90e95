"""Findings: what is wrong, where, and what to write instead. Values, never exceptions."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How bad a finding is: an error stops `generate`, a warning does not, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file; `path` is relative to the project root, line and column count from 1 (0: whole file)."""

    path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One problem: `message` says what is wrong, `advice` what follows from it and what to write instead."""

    rule: str
    message: str
    place: Place = Place()
    advice: str = ""
    severity: Severity = Severity.ERROR

    @property
    def sort_key(self) -> tuple[Place, str, str]:
        """By place first, so that a reader walks each file once from top to bottom."""
        return (self.place, self.rule, self.message)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without repetitions, by file, line and column."""
    return sorted(set(findings), key=lambda finding: finding.sort_key)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding stops the run."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` did you mean "x"?` for the nearest known word, else an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def one_of(words: Iterable[str]) -> str:
    """Join words for a message: `a, b or c`."""
    *head, last = sorted(words) or ["(none)"]
    return f"{', '.join(head)} or {last}" if head else last
