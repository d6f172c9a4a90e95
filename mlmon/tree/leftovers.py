"""What killed runs left beside the folder: the only tree there is gets put back, the rest gets removed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlmon.tree.disk import remove, sync
from mlmon.tree.failures import leftover, locked_by_other, unfinished
from mlmon.tree.lock import locked

if TYPE_CHECKING:
    from pathlib import Path

    from mlmon.diagnostics import Finding
    from mlmon.tree.output import Output


def lost(output: Output) -> bool:
    """Tell whether a run was killed between its two renames, so that the folder is gone and its content set aside."""
    return not os.path.lexists(output.path) and bool(output.set_aside())


def restore(output: Output) -> list[Finding]:
    """Put a lost folder back, for those who only read; a finding when another run holds the lock. Raises OSError."""
    if not lost(output):
        return []
    with locked(output.lock) as mine:
        if not mine:
            return [locked_by_other(output)]
        restore_locked(output)
    return []


def restore_locked(output: Output) -> None:
    """Put a lost folder back; the caller holds the lock, so nobody is between two renames now."""
    if lost(output):
        os.rename(output.set_aside()[-1], output.path)


def present(output: Output) -> bool:
    """Tell whether there is anything that the next write has to tidy up."""
    return lost(output) or os.path.lexists(output.lock) or bool(output.dead())


def sweep(output: Output) -> list[Finding]:
    """Remove temporary folders of dead runs and of this one; a warning for each that stays. The caller has the lock."""
    findings = []
    for path in output.dead():
        try:
            remove(_renamed(path))
        except OSError as error:
            findings.append(leftover(output, path, error))
    return findings


def _renamed(path: Path) -> Path:
    # Whatever is set aside may be put back one day, so it must never be found half removed under that name.
    doomed = path.with_name(path.name.replace(".mlmon-old-", ".mlmon-new-"))
    if doomed != path:
        os.rename(path, doomed)
    return doomed


def retire(output: Output) -> list[Finding]:
    """Make a swap last and remove the old folder; warnings when that fails."""
    try:
        sync(output.path.parent)
        return sweep(output)
    except OSError as error:
        return [unfinished(output, error)]
