"""Replacing the generated folder: all or nothing."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mlmon.diagnostics import in_order
from mlmon.tree import leftovers
from mlmon.tree.contents import encode
from mlmon.tree.difference import Difference, Survey, survey
from mlmon.tree.disk import remove, scan
from mlmon.tree.failures import changed_meanwhile, locked_by_other, unwritable
from mlmon.tree.fitness import unfit
from mlmon.tree.lock import locked
from mlmon.tree.output import Output
from mlmon.tree.stage import build
from mlmon.tree.swap import swap
from mlmon.tree.wording import explain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlmon.diagnostics import Finding


def write(root: Path, files: Mapping[str, str], overwrite: bool = False, *, root_name: str = "") -> list[Finding]:
    """Make the folder hold exactly the generated files, besides what is not mlmon's; return what prevented it.

    Either everything is written or, when an error is returned, nothing; warnings are about temporary folders only.
    Files that were changed by hand or that are not mlmon's stop it, unless `overwrite`. Nothing on disk is touched
    when it is already right. `root_name` is as in `compare`. Raises nothing for what is on the disk.
    """
    output = Output.at(root, root_name)
    contents, findings = encode(files, output.name)
    if findings:
        return findings
    try:
        return unfit(output) or _write(output, contents, overwrite)
    except OSError as error:
        return [unwritable(output, error)]


def _write(output: Output, contents: Mapping[str, bytes], overwrite: bool) -> list[Finding]:
    if _already_right(output, contents):
        return []
    os.makedirs(output.path.parent, exist_ok=True)
    with locked(output.lock) as mine:
        if not mine:
            return [locked_by_other(output)]
        leftovers.restore_locked(output)
        warnings = leftovers.sweep(output)
        seen = survey(output, contents)
        return in_order(warnings + (_refusals(seen.difference, overwrite) or _replace(output, seen)))


def _already_right(output: Output, contents: Mapping[str, bytes]) -> bool:
    try:
        return not leftovers.present(output) and not survey(output, contents).difference.stale
    except OSError:
        # Another run may have replaced the folder under our eyes; the look that counts is the one with the lock.
        return False


def _refusals(difference: Difference, overwrite: bool) -> list[Finding]:
    if overwrite:
        return explain(Difference(blocked=difference.blocked, root_name=difference.root_name))
    edited_orphans = tuple(path for path in difference.orphaned if path in difference.edited)
    return explain(replace(difference, missing=(), changed=(), orphaned=edited_orphans, manifest_outdated=False))


def _replace(output: Output, seen: Survey) -> list[Finding]:
    if not seen.difference.stale:
        return []
    try:
        build(output, seen)
        if scan(output.path) != seen.entries:
            remove(output.staging)
            return [changed_meanwhile(output)]
        swap(output)
    except BaseException:
        with suppress(OSError):
            remove(output.staging)
        raise
    return leftovers.retire(output)
