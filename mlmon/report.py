"""Findings as text for people, as JSON for programs, and as annotations for pull requests."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, Severity, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    Paint = Callable[[str, str], str]
    """Colours a text: (text, name of a colour) to the text with or without escape codes."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
"""How each severity looks on a terminal."""
_GITHUB: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def plain_paint(text: str, colour: str) -> str:
    """Leave the text as it is."""
    del colour
    return text


def as_text(findings: Iterable[Finding], root: Path, paint: Paint = plain_paint) -> str:
    """Render findings with the line they are about, a caret, and the advice; ends with a newline unless empty."""
    return "".join(_text(finding, root, paint) for finding in in_order(findings))


def _text(finding: Finding, root: Path, paint: Paint) -> str:
    colour = COLOURS[finding.severity]
    where = f"{visible(str(finding.place))}: " if finding.place.path else ""
    head = f"{where}{paint(finding.severity.value, colour)}[{finding.rule}] {visible(finding.message)}\n"
    lines = _source(root, finding.place.path)
    excerpt = ""
    if 0 < finding.place.line <= len(lines):
        number, line = str(finding.place.line), lines[finding.place.line - 1].rstrip()
        shown = visible(line.replace("\t", " "))[:160]
        caret = " " * (finding.place.column - 1) + paint("^", colour)
        excerpt = f"  {number} | {shown}\n  {' ' * len(number)} | {caret}\n"
    advice = f"    = {visible(finding.advice)}\n" if finding.advice else ""
    return head + excerpt + advice


def visible(text: str) -> str:
    """Escape control characters: text of others must not move the cursor, recolour the terminal or fake a finding."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


@lru_cache(maxsize=64)
def _source(root: Path, path: str) -> tuple[str, ...]:
    if not path:
        return ()
    try:
        return tuple((root / path).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError, ValueError):
        return ()


def summary(findings: Iterable[Finding]) -> str:
    """Count findings by severity: `2 errors, 1 warning`; empty when there is none."""
    counts = Counter(finding.severity for finding in in_order(findings))
    return ", ".join(f"{counts[kind]} {kind}{'s' * (counts[kind] > 1)}" for kind in Severity if counts[kind])


def as_dict(finding: Finding) -> dict[str, object]:
    """Return a finding as plain data; the keys are part of mlmon's interface."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "message": finding.message,
        "advice": finding.advice,
    }


def as_json(findings: Iterable[Finding], **more: object) -> str:
    """Render one JSON object: `findings` and whatever the command has to say beside them."""
    return json.dumps({"findings": [as_dict(finding) for finding in in_order(findings)], **more}, indent=2) + "\n"


def as_github(findings: Iterable[Finding]) -> str:
    """Render workflow commands that GitHub shows at the lines of a pull request."""
    return "".join(
        f"::{_GITHUB[item.severity]} file={_escape(item.place.path)},line={item.place.line},col={item.place.column},"
        f"title={_escape(item.rule)}::{_escape_data(f'{item.message}. {item.advice}')}\n"
        for item in in_order(findings)
    )


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
