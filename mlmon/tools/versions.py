"""Which version of a tool this is, and whether it is the tool at all."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.tools.executables import Name
from mlmon.tools.process import run
from mlmon.tools.trouble import failed, trouble

if TYPE_CHECKING:
    from mlmon.diagnostics import Finding
    from mlmon.tools.executables import Tool

PROBE_TIMEOUT = 10.0
"""Seconds that a tool gets to say its version."""

OLDEST = {Name.PROMTOOL: (2, 42), Name.AMTOOL: (0, 25), Name.TERRAFORM: (1, 11)}
"""The oldest version of each tool whose answers mlmon's tests cover."""

_QUESTIONS = {Name.TERRAFORM: ("version", "-json")}
_ANSWERS = {
    # Built with `go install`, promtool and amtool know their name but not their version.
    Name.PROMTOOL: re.compile(r"^promtool, version (\S*) +\(", re.MULTILINE),
    Name.AMTOOL: re.compile(r"^amtool, version (\S*) +\(", re.MULTILINE),
    Name.TERRAFORM: re.compile(r'"terraform_version": *"([^"]*)"'),
}


@dataclass(frozen=True)
class Version:
    """A tool's version as it says it, such as `2.42.0+ds`; empty where the build does not know."""

    text: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Major, minor and patch as far as known: `(2, 42, 0)`; empty when unknown."""
        parts = re.match(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?", self.text)
        return tuple(int(part) for part in parts.groups() if part) if parts else ()

    def lacks(self, needed: tuple[int, ...]) -> bool:
        """Tell whether this is known to be older than `needed`; an unknown version is taken for new enough."""
        return bool(self.numbers) and self.numbers < needed

    def __str__(self) -> str:
        return self.text or "of unknown version"


def dotted(numbers: tuple[int, ...]) -> str:
    """Write a version: `0.26`."""
    return ".".join(map(str, numbers))


def probe(tool: Tool, timeout: float = PROBE_TIMEOUT) -> Version | Finding:
    """Ask a tool for its version; a finding when it hangs, cannot be started or answers like something else."""
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    outcome = run(tool, _QUESTIONS.get(tool.name, ("--version",)), timeout=timeout, env=environment)
    if problem := trouble(tool, outcome, timeout):
        return problem
    output = outcome.stdout + outcome.stderr
    answer = _ANSWERS[tool.name].search(output)
    if outcome.exit_code or not answer:
        return failed(tool, f"does not say its version as {tool.name} does", output)
    return Version(answer[1])
