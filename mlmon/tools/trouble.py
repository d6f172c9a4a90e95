"""Findings about a tool that is not there, hangs or breaks: what was not checked, and what helps."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity
from mlmon.tools.executables import Name
from mlmon.tools.staged import one_line

if TYPE_CHECKING:
    from mlmon.tools.executables import Tool
    from mlmon.tools.process import Outcome

MISSING = "tool-missing"
TIMEOUT = "tool-timeout"
FAILED = "tool-failed"
RULES = frozenset({MISSING, TIMEOUT, FAILED})
"""The rules whose findings mean that something was not checked; `--strict-tools` makes them errors."""

UNCHECKED = {
    Name.PROMTOOL: "that Prometheus loads the rule files, and that each alert fires and stays silent in its unit test",
    Name.AMTOOL: "that Alertmanager loads the routes and receivers",
    Name.TERRAFORM: "that the Terraform files are formatted and fit the provider's schema",
}
"""What nobody has verified without the tool, as the end of "not checked: …"."""

INSTALL = {
    Name.PROMTOOL: (
        "Debian and Ubuntu: `apt install prometheus`; macOS: `brew install prometheus`; "
        "containers: copy /bin/promtool from the image prom/prometheus"
    ),
    Name.AMTOOL: (
        "Debian and Ubuntu: `apt install prometheus-alertmanager`; macOS: the archive at "
        "https://prometheus.io/download/#alertmanager; containers: copy /bin/amtool from the image prom/alertmanager"
    ),
    Name.TERRAFORM: (
        "Debian and Ubuntu: `apt install terraform` from https://apt.releases.hashicorp.com; "
        "macOS: `brew install hashicorp/tap/terraform`; containers: copy /bin/terraform from the image "
        "hashicorp/terraform"
    ),
}
"""How to get each tool."""

_REASONS = {
    "Exec format error": "it is not a program for this machine",
    "Permission denied": "it is not executable",
    "No such file or directory": "there is no such file, or what it is started with is missing",
}
# A Go program that panics exits with 2, as one that dislikes its options does.
_PANIC = re.compile(r"^(panic: |fatal error: |runtime: |SIG[A-Z]+: ).*", re.MULTILINE)


def missing(name: Name) -> Finding:
    """Report a tool that was not found."""
    return _finding(MISSING, name, f"{name} was not found", f"install it ({INSTALL[name]}) or set {name.variable}")


def failed(tool: Tool, what: str, output: str = "") -> Finding:
    """Report a tool that does not behave like itself; `what` completes the sentence, `output` is shown bounded."""
    said = one_line(output)
    words = f"{_named(tool)} {what}{f': {said}' if said else ''}"
    return _finding(FAILED, tool.name, words, _replace(tool))


def trouble(tool: Tool, outcome: Outcome, timeout: float) -> Finding | None:
    """Return a finding when the call gave no verdict: not started, stopped after `timeout` seconds, or crashed."""
    if outcome.failure:
        reason = _REASONS.get(outcome.failure, outcome.failure)
        return failed(tool, f"cannot be started: {reason}")
    if outcome.timed_out:
        words = f"{_named(tool)} did not answer within {timeout:g} s and was stopped"
        return _finding(TIMEOUT, tool.name, words, f"run it by hand to see what it waits for, or {_replace(tool)}")
    code = outcome.exit_code or 0
    # A shell that wraps the tool reports the signal as 128 and more.
    if code < 0 or code > 128:
        return failed(tool, f"crashed ({_signal_name(abs(code) % 128)})", outcome.stderr or outcome.stdout)
    panic = _PANIC.search(outcome.stderr or outcome.stdout) if code == 2 else None
    return failed(tool, "crashed", panic[0]) if panic else None


def _finding(rule: str, name: Name, words: str, remedy: str) -> Finding:
    message = f"{words}; not checked: {UNCHECKED[name]}"
    return Finding(rule=rule, message=message, advice=remedy, severity=Severity.WARNING)


def _named(tool: Tool) -> str:
    return f"{tool.name} (from {tool.source})"


def _replace(tool: Tool) -> str:
    return f"install another one ({INSTALL[tool.name]}) or set {tool.name.variable}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
