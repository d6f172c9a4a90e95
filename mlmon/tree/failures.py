"""What the operating system refused, as findings that say what it means here and what to do."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from mlmon.tree.output import Output

_PERMISSION = (
    "give this user write permission on the folder and on the one that holds it, or choose another output folder"
)
_SPACE = "free some space and run again; both trees are on the disk for a moment"
_MOUNT = (
    "the folder, or part of it, belongs to another file system (a mount, a container image layer), so it cannot be "
    "replaced in one step; write to a folder inside it, or mount the folder that holds it"
)
_ADVICE = {
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: "the file system is read-only: remount it writable, or choose another output folder",
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EBUSY: _MOUNT,
    errno.EXDEV: _MOUNT,
    errno.ENOTDIR: "a file is where a folder is expected: move it away, or choose another output folder",
    errno.ELOOP: "a symbolic link leads nowhere: repair it, or choose another output folder",
    errno.ENAMETOOLONG: "shorten the names in the spec that this path is made of",
}


def unwritable(output: Output, error: OSError) -> Finding:
    """Return the finding for a write that failed before the new folder took the old one's place."""
    state = "the old tree is unchanged"
    if os.path.lexists(output.aside) and not os.path.lexists(output.path):
        state = f"the old tree is at {output.beside(output.aside)} and the next run puts it back"
    message = f"cannot be written: {_said(error)}; {state}"
    return _finding("output-unwritable", output, error, message)


def unreadable(output: Output, error: OSError) -> Finding:
    """Return the finding for a folder that cannot be compared with what is generated."""
    return _finding("output-unreadable", output, error, f"cannot be read: {_said(error)}")


def leftover(output: Output, path: Path, error: OSError) -> Finding:
    """Return the warning that the new folder is in place, but something temporary could not be removed."""
    return Finding(
        rule="output-leftover",
        message=f"is a temporary folder of a mlmon that is gone, and cannot be removed: {_said(error)}",
        advice="the generated files are not affected; remove it by hand",
        place=Place(path=output.beside(path)),
        severity=Severity.WARNING,
    )


def unfinished(output: Output, error: OSError) -> Finding:
    """Return the warning that the new folder is in place, but the disk did not confirm it or the old one remains."""
    return Finding(
        rule="output-unfinished",
        message=f"is written, but tidying up after that failed: {_said(error)}",
        advice="run again, which tidies up; if this stays, check the disk",
        place=Place(path=output.name),
        severity=Severity.WARNING,
    )


def locked_by_other(output: Output) -> Finding:
    """Return the finding for a folder that another mlmon is writing."""
    return Finding(
        rule="output-locked",
        message="another mlmon is writing this folder; nothing was changed",
        advice="wait until it is done and run again",
        place=Place(path=output.name),
    )


def changed_meanwhile(output: Output) -> Finding:
    """Return the finding for a folder that somebody changed while the new one was being built."""
    return Finding(
        rule="output-busy",
        message="files in this folder changed while mlmon was working on it; the old tree is unchanged",
        advice="run again when nothing else writes there",
        place=Place(path=output.name),
    )


def _said(error: OSError) -> str:
    # str(error) would hold the machine's own path.
    return error.strerror or type(error).__name__


def _finding(rule: str, output: Output, error: OSError, message: str) -> Finding:
    advice = _ADVICE.get(error.errno or 0, "choose another output folder, or repair this one and run again")
    return Finding(rule=rule, message=message, advice=advice, place=Place(path=output.shown(error.filename)))
