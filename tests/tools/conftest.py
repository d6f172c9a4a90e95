"""Tools: shell scripts, and the real ones."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from tools_helpers import Script

from mlmon.tools.executables import Name, Tool


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Make a tool of a shell script's text."""

    def make(body: str, name: Name = Name.PROMTOOL) -> Tool:
        path = tmp_path / "scripts" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return Tool(name, path)

    return make


@pytest.fixture
def real(require_tool: Callable[[str], str]) -> Callable[[Name], Tool]:
    """Find the real tool, or skip the test."""
    return lambda name: Tool(name, Path(require_tool(name)))
