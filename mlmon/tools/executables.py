"""Which executables mlmon calls, and where they are."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Name(StrEnum):
    """The executables that mlmon knows; the value is the file's name."""

    PROMTOOL = "promtool"
    AMTOOL = "amtool"
    TERRAFORM = "terraform"

    @property
    def variable(self) -> str:
        """The environment variable that names another executable: `MLMON_PROMTOOL`."""
        return f"MLMON_{self.upper()}"


@dataclass(frozen=True)
class Tool:
    """An executable on this machine, found but not yet tried."""

    name: Name
    path: Path
    """Absolute; for the operating system only, never for a message."""
    source: str = "PATH"
    """Where it was found, for messages: a variable, `.tools/bin` or `PATH`."""


def locate(name: Name, root: Path) -> Tool | None:
    """Find an executable: its variable first, then `.tools/bin` under the project root, then PATH.

    A variable that names nothing executable is not passed over: the tool is returned and fails when it is started.
    """
    named = os.environ.get(name.variable)
    if named:
        return Tool(name, Path(shutil.which(named) or named).absolute(), name.variable)
    local = (root / ".tools" / "bin" / name).absolute()
    if local.is_file():
        return Tool(name, local, ".tools/bin")
    found = shutil.which(name)
    return Tool(name, Path(found).absolute()) if found else None


def locate_all(root: Path) -> dict[Name, Tool | None]:
    """Find every known executable for the project at `root`; None where there is none."""
    return {name: locate(name, root) for name in Name}
