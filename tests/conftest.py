"""The engines that tests run: where they are, which versions, and what happens where one is absent."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = ["promtool", "amtool", "prometheus", "alertmanager", "terraform"]
MAY_BE_ABSENT = {"terraform"}  # no Debian package has it; whatever scripts/fetch-tools.sh gets must be there in CI
DEBIAN_NAMES = {"alertmanager": "prometheus-alertmanager"}

# As in the Makefile, so that pytest started by hand finds the same tools.
os.environ["PATH"] = f"{Path(__file__).parent.parent / '.tools' / 'bin'}{os.pathsep}{os.environ['PATH']}"


def find_tool(name: str) -> str | None:
    """The executable that MLMON_<NAME>, PATH or .tools/bin offers."""
    chosen = os.environ.get(f"MLMON_{name.upper()}", name)
    return shutil.which(chosen) or shutil.which(DEBIAN_NAMES.get(name, name))


def version(name: str) -> str:
    """What `NAME --version` says first, or that there is no such tool."""
    path = find_tool(name)
    if path is None:
        return f"{name}: not found"
    run = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False)
    return f"{name}: {(run.stdout + run.stderr).splitlines()[0]} ({path})"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say which engines this run proves things with; xdist's workers have no terminal and stay silent."""
    # NOTE: not pytest_report_header, which -q hides.
    if terminal := session.config.pluginmanager.get_plugin("terminalreporter"):
        terminal.write_line("\n".join(map(version, TOOLS)))


@pytest.fixture(scope="session")
def tool_path() -> Callable[[str], str | None]:
    """Find a tool that the test can do without."""
    return find_tool


@pytest.fixture(scope="session")
def require_tool() -> Callable[[str], str]:
    """Find a tool, or skip the test; in CI, where a skip would prove nothing, fail it."""

    def require(name: str) -> str:
        path = find_tool(name)
        if path is None and "CI" in os.environ and name not in MAY_BE_ABSENT:
            pytest.fail(f"{name} is not here: run `make tools`")
        if path is None:
            pytest.skip(f"{name} is not here: run `make tools`")
        return path

    return require
