"""What `mlmon doctor` says about the tools on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding
from mlmon.tools.executables import Name, Tool, locate_all
from mlmon.tools.parallel import together
from mlmon.tools.trouble import missing
from mlmon.tools.versions import OLDEST, PROBE_TIMEOUT, dotted, probe

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class FoundTool:
    """One tool: where it is, or what is not checked without it."""

    name: Name
    path: Path | None = None
    """None when it was not found."""
    source: str = ""
    """The variable or folder that led to it."""
    version: str = ""
    """As the tool says it; empty when it is absent, unusable, or does not know."""
    problem: str = ""
    """Why it cannot be used and what is not checked without it; or, of a usable one, that it is old."""
    advice: str = ""
    """What to do about the problem, for Debian, macOS and containers."""
    usable: bool = False


def discover(root: Path, timeout: float = PROBE_TIMEOUT) -> tuple[FoundTool, ...]:
    """Find and start every tool for the project at `root`, all at once; each has `timeout` seconds to answer."""
    tools = locate_all(root)
    return tuple(together(lambda name: _examine(name, tools[name], timeout), list(tools)))


def _examine(name: Name, tool: Tool | None, timeout: float) -> FoundTool:
    if tool is None:
        absent = missing(name)
        return FoundTool(name=name, problem=absent.message, advice=absent.advice)
    answer = probe(tool, timeout)
    if isinstance(answer, Finding):
        return FoundTool(name=name, path=tool.path, source=tool.source, problem=answer.message, advice=answer.advice)
    problem = f"older than {dotted(OLDEST[name])}, the oldest that mlmon is tested with"
    old = answer.lacks(OLDEST[name])
    return FoundTool(
        name=name,
        path=tool.path,
        source=tool.source,
        version=answer.text,
        problem=problem if old else "",
        advice=f"upgrade {name}, or read its findings with care" if old else "",
        usable=True,
    )
