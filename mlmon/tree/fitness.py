"""Which folders mlmon refuses to replace as a whole, whatever they hold."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.tree.output import Output

_MOUNTS = Path("/proc/self/mountinfo")


def unfit(output: Output) -> list[Finding]:
    """Return why a folder cannot be exchanged for another in one step; empty when it can. May raise OSError."""
    path = output.path
    mode = _mode(path)
    if stat.S_ISLNK(mode):
        return [_finding(output, "is a symbolic link", "name the folder that it leads to")]
    if mode and not stat.S_ISDIR(mode):
        return [_finding(output, "is not a folder", "move it away, or choose another output folder")]
    if os.path.ismount(path) or any(mount.is_relative_to(path) for mount in _mounts()):
        return [
            _finding(output, "is a mount point, or holds one", "name a folder inside, or mount the one that holds it")
        ]
    if Path.cwd().is_relative_to(path):
        return [_finding(output, "is the current folder, or holds it", "name a folder inside, or run from outside")]
    if os.path.lexists(path / ".git"):
        return [_finding(output, "is a git working tree", "name a folder inside")]
    return []


def _mode(path: Path) -> int:
    # One look, because another run may replace the folder between two.
    try:
        return os.lstat(path).st_mode
    except FileNotFoundError:
        return 0


def _finding(output: Output, what: str, advice: str) -> Finding:
    return Finding(
        rule="output-unwritable",
        message=f"{what}, which mlmon cannot replace in one step; nothing was changed",
        advice=advice,
        place=Place(path=output.name),
    )


def _mounts() -> Iterator[Path]:
    # Bind mounts within one file system show nowhere else. Other systems refuse to move them or to link across them.
    if not _MOUNTS.exists():
        return
    for line in _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        # The kernel writes blanks and backslashes in octal: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
        yield Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), line.split(" ")[4]))
