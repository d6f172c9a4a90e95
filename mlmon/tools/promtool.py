"""promtool: rule files and scrape configurations, each kind in one call."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, has_errors, in_order
from mlmon.tools import discovery
from mlmon.tools.process import run
from mlmon.tools.rule_errors import RULE, explain, has_verdict, sections
from mlmon.tools.staged import Staged
from mlmon.tools.trouble import failed, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlmon.tools.executables import Tool
    from mlmon.tools.process import Outcome

TIMEOUT = 60.0
"""Seconds for one call, however many files it checks."""

_DOCUMENT = re.compile(r"^---(?:\s|$)", re.MULTILINE)


def check_rules(tool: Tool, staged: Staged, files: Sequence[str], *, timeout: float = TIMEOUT) -> list[Finding]:
    """Check rule files, given relative to the staged folder, with `promtool check rules`; every problem at once."""
    found = _check(tool, staged, ("check", "rules"), files, timeout)
    return in_order([*found, *(finding for file in files for finding in _documents(staged, file))])


def check_config(tool: Tool, staged: Staged, files: Sequence[str], *, timeout: float = TIMEOUT) -> list[Finding]:
    """Check Prometheus configurations with `promtool check config`.

    Syntax only: certificates, tokens and rule files that they refer to are on the server, not here.
    """
    command = ("check", "config", "--syntax-only")
    found = _check(tool, staged, command, files, timeout)
    if not discovery.is_unknown(found):
        return in_order(found)
    with tempfile.TemporaryDirectory(prefix="mlmon-") as folder:
        copy = Staged(Path(folder), staged.display)
        for file in files:
            (copy.root / file).parent.mkdir(parents=True, exist_ok=True)
            (copy.root / file).write_text(discovery.without(staged.text(file)), encoding="utf-8")
        partly = [file for file in files if discovery.KEY in staged.text(file)]
        return in_order([*_check(tool, copy, command, files, timeout), discovery.gap(staged, partly)])


def _check(tool: Tool, staged: Staged, command: tuple[str, ...], files: Sequence[str], timeout: float) -> list[Finding]:
    if not files:
        return []
    outcome = run(tool, (*command, *files), timeout=timeout, cwd=staged.root, merge=True)
    if problem := trouble(tool, outcome, timeout):
        return [problem]
    parts = sections(outcome.stdout, files)
    found = [finding for file in files for finding in explain(file, parts.get(file, []), staged)]
    silent = [file for file in files if not has_verdict(parts.get(file, []))]
    if outcome.exit_code and not has_errors(found):
        silent = [*files]
    return [*found, _not_understood(tool, staged, outcome, silent)] if silent else found


def _not_understood(tool: Tool, staged: Staged, outcome: Outcome, files: Sequence[str]) -> Finding:
    said = staged.quote(outcome.stdout)
    if not outcome.exit_code:
        return failed(tool, f"exited with 0 but gave no verdict on {len(files)} file(s), such as {files[0]}", said)
    return Finding(
        rule=RULE,
        message=f"promtool exited with {outcome.exit_code} and said: {said or '(nothing)'}",
        place=staged.place(files[0]),
        advice=f"mlmon does not know this answer; {len(files)} file(s) count as not accepted",
    )


def _documents(staged: Staged, file: str) -> Iterator[Finding]:
    """Find what promtool passes in silence: rules after a second `---`, which Prometheus never reads."""
    text = staged.text(file)
    second = next((mark for mark in _DOCUMENT.finditer(text) if text[: mark.start()].strip()), None)
    if second:
        yield Finding(
            rule=RULE,
            message="a second YAML document begins here, and Prometheus reads only the first",
            place=staged.place(file, text.count("\n", 0, second.start()) + 1, 1),
            advice="its rules would be lost without a word: put all groups into one document",
        )
