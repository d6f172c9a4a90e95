"""amtool: the Alertmanager configuration.

Read against Alertmanager 0.25 and 0.34: cli/check_config.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity, has_errors, in_order
from mlmon.tools.go_errors import DURATION, UNKNOWN_FIELD, split, unquote, warning
from mlmon.tools.process import run
from mlmon.tools.trouble import failed, trouble
from mlmon.tools.versions import Version, dotted, probe
from mlmon.tools.yaml_places import NOWHERE, Position, find_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.tools.executables import Tool
    from mlmon.tools.staged import Staged

RULE = "amtool-config"
TIMEOUT = 30.0
"""Seconds for one call."""

_FAILED = re.compile(r"  FAILED: (.*?)(?=\n\n|\n[^ \n]|\Z)", re.DOTALL)
_NAMED = {
    re.compile(r'undefined receiver (".*") used in route'): "receiver",
    re.compile(r'undefined time interval (".*") used in route'): "",
    re.compile(r"unknown time zone (\S+)"): "location",
    DURATION: "",
}


def check_config(
    tool: Tool,
    staged: Staged,
    file: str,
    *,
    needs: tuple[int, int] = (0, 0),
    version: Version | None = None,
    timeout: float = TIMEOUT,
) -> list[Finding]:
    """Check one configuration, given relative to the staged folder, with `amtool check-config`.

    `needs` is the oldest Alertmanager that knows every setting in it; where the tool is known to be older, the only
    finding is a note that nothing was checked. `version` is the tool's, asked for when it is needed and not given.
    """
    if needs > (0, 0):
        known = version or probe(tool)
        if isinstance(known, Finding):
            return [known]
        if known.lacks(needs):
            return [_too_old(staged, file, needs, known)]
    outcome = run(tool, ("check-config", file), timeout=timeout, cwd=staged.root, merge=True)
    if problem := trouble(tool, outcome, timeout):
        return [problem]
    found = [*_errors(staged, file, outcome.stdout), *_warnings(staged, file, outcome.stdout)]
    if outcome.exit_code and not has_errors(found):
        said = outcome.stdout.strip() or "(nothing)"
        found.append(_refused(staged, file, NOWHERE, f"amtool exited with {outcome.exit_code} and said: {said}"))
    elif not outcome.exit_code and "SUCCESS" not in outcome.stdout:
        return [failed(tool, f"exited with 0 but gave no verdict on {file}", staged.quote(outcome.stdout))]
    return in_order(found)


def _errors(staged: Staged, file: str, output: str) -> Iterator[Finding]:
    text = staged.text(file)
    for match in _FAILED.finditer(output):
        for line, column, words in split(match[1].strip()):
            position = (line, column) if line else _place(text, words)
            yield _refused(staged, file, position, words)


def _place(text: str, words: str) -> Position:
    """Find what a message without a line names."""
    for pattern, key in _NAMED.items():
        match = pattern.fullmatch(words)
        if match:
            return find_scalar(text, unquote(match[1]), key)
    return NOWHERE


def _warnings(staged: Staged, file: str, output: str) -> Iterator[Finding]:
    for words, fields in filter(None, map(warning, output.split("\n"))):
        suggestion = fields.get("suggestion")
        old = f"the matcher {fields.get('input')} is read by the classic parser only"
        yield Finding(
            rule=RULE,
            message=staged.quote(old if suggestion else words),
            place=staged.place(file),
            advice=f"write {staged.quote(suggestion)}, which later versions read too" if suggestion else "",
            severity=Severity.WARNING,
        )


def _too_old(staged: Staged, file: str, needs: tuple[int, int], version: Version) -> Finding:
    return Finding(
        rule=RULE,
        message=f"no verdict on the configuration: it needs Alertmanager {dotted(needs)}, and amtool is {version}",
        place=staged.place(file),
        advice=f"check it with the amtool of the Alertmanager that will load it, {dotted(needs)} or newer",
        severity=Severity.NOTE,
    )


def _refused(staged: Staged, file: str, position: Position, words: str) -> Finding:
    newer = words.startswith(UNKNOWN_FIELD)
    return Finding(
        rule=RULE,
        message=staged.quote(words),
        place=staged.place(file, *position),
        advice="Alertmanager refuses the file and keeps its old one: "
        + ("the name is misspelt, or newer than this amtool" if newer else "correct what it was generated from"),
    )
