"""A difference in words: one finding for each path, with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place, in_order
from mlmon.tree.manifest import MANIFEST

if TYPE_CHECKING:
    from mlmon.tree.difference import Difference

_GENERATE = "run `mlmon generate` and commit the result"
_WORDS = {
    "missing": ("output-missing", "is generated, but not on disk", _GENERATE),
    "changed": ("output-stale", "is not what the specs generate now", _GENERATE),
    "orphaned": ("output-orphaned", "is no longer generated", "run `mlmon generate`, which removes it"),
    "edited": (
        "output-edited",
        "was changed by hand since mlmon wrote it",
        "put the change into the spec, or run with --overwrite to replace it",
    ),
    "edited-orphan": (
        "output-edited",
        "was changed by hand since mlmon wrote it, and is no longer generated",
        "move what is needed elsewhere, or run with --overwrite to remove it",
    ),
    "foreign": (
        "output-foreign",
        "is where a generated file has to go, but mlmon did not write it",
        "move it away, or run with --overwrite to replace it",
    ),
    "blocked": (
        "output-foreign",
        "is a folder where a generated file has to go, and holds files that mlmon did not write",
        "move it away; --overwrite does not remove folders",
    ),
    "manifest": ("output-stale", "does not list the files as they are generated now", _GENERATE),
}


def explain(difference: Difference) -> list[Finding]:
    """Return a finding for each path that differs, and those about the comparison itself, in order.

    An outdated manifest is mentioned only when it is all there is: it follows from any other change.
    """
    edited_orphans = {*difference.edited} & {*difference.orphaned}
    groups = {
        "missing": difference.missing,
        "changed": difference.changed,
        "orphaned": {*difference.orphaned} - edited_orphans,
        "edited": {*difference.edited} - edited_orphans,
        "edited-orphan": edited_orphans,
        "foreign": difference.foreign,
        "blocked": difference.blocked,
    }
    findings = [_finding(kind, path, difference.root_name) for kind, paths in groups.items() for path in paths]
    findings += difference.problems
    if difference.manifest_outdated and not findings:
        findings.append(_finding("manifest", MANIFEST, difference.root_name))
    return in_order(findings)


def _finding(kind: str, path: str, root_name: str) -> Finding:
    rule, message, advice = _WORDS[kind]
    return Finding(rule=rule, message=message, advice=advice, place=Place(path=f"{root_name}/{path}"))
