"""Building the new folder beside the old one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlmon.tree.disk import carry, dress, put, sync, sync_all
from mlmon.tree.manifest import MANIFEST, render
from mlmon.tree.paths import parents

if TYPE_CHECKING:
    from mlmon.tree.difference import Survey
    from mlmon.tree.output import Output


def build(output: Output, seen: Survey) -> None:
    """Create the whole new folder at `output.staging`, on the disk to the last byte. Raises OSError.

    What is not mlmon's and not in the way comes along. Unchanged files are the same files in both folders, so their
    times stay, and nothing may write into a staged file after this.
    """
    wanted = dict(seen.contents)
    if wanted:
        wanted[MANIFEST] = render(seen.contents)
    kept = _kept(seen, wanted)
    folders = sorted(_folders(seen, {*wanted, *kept}))
    # Nobody may read through it what the old folder keeps private; its own mode comes at the end.
    os.mkdir(output.staging, 0o700 if output.path.is_dir() else 0o777)
    for folder in folders:
        os.mkdir(output.staging / folder)
    for path in sorted(seen.intact | kept):
        carry(output.path / path, output.staging / path)
    fresh = sorted(wanted.keys() - seen.intact)
    for path in fresh:
        put(output.staging / path, wanted[path])
    sync_all(output.staging / path for path in fresh)
    known = [folder for folder in folders if folder in seen.entries and seen.entries[folder].is_folder]
    _finish(output, known, folders)


def _kept(seen: Survey, wanted: dict[str, bytes]) -> set[str]:
    gone = {MANIFEST, *wanted, *seen.manifest.hashes, *(parent for path in wanted for parent in parents(path))}
    return {path for path, entry in seen.entries.items() if not entry.is_folder and path not in gone}


def _folders(seen: Survey, files: set[str]) -> set[str]:
    """Return the folders of the new tree: those of its files, and those that were empty all along."""
    occupied = {parent for path, entry in seen.entries.items() if not entry.is_folder for parent in parents(path)}
    empty = {path for path, entry in seen.entries.items() if entry.is_folder} - occupied - files
    needed = {parent for path in files for parent in parents(path)}
    return needed | {path for path in empty if not files & {*parents(path)}}


def _finish(output: Output, known: list[str], folders: list[str]) -> None:
    # Innermost first: an outer one may turn read-only.
    for folder in reversed(known):
        dress(output.staging / folder, output.path / folder)
    if output.path.is_dir():
        dress(output.staging, output.path)
    for folder in (*reversed(folders), ""):
        sync(output.staging / folder)
