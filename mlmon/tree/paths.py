"""Which generated paths are safe on every machine that checks the folder out."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ADVICE = "the name comes from a spec or a template: give it another one there"


def parents(path: str) -> Iterator[str]:
    """Yield the folders above a relative path, outermost first: `a/b/c` gives `a` and `a/b`."""
    for index, character in enumerate(path):
        if character == "/":
            yield path[:index]


def fault(path: str) -> str:
    """Say why a path cannot name a file inside the folder, as the end of a sentence; empty when it can."""
    components = path.split("/")
    if path.startswith("/"):
        return "is absolute"
    if ".." in components:
        return 'leaves the folder with ".."'
    if "" in components or "." in components:
        return "has an empty component"
    if "\\" in path:
        return "contains a backslash, which Windows reads as a separator"
    if any(unicodedata.category(character) in _UNPRINTABLE for character in path):
        return "contains a control character"
    return ""


def check_paths(paths: Iterable[str], root_name: str, reserved: str) -> list[Finding]:
    """Return a finding for each unsafe path and each pair that one file system would merge.

    `reserved` is a path that mlmon writes itself and that nothing else may take.
    """
    wanted = sorted(paths)
    faults = {path: fault(path) for path in wanted}
    sound = [path for path in wanted if not faults[path]]
    return [
        *(_unsafe(path, reason, root_name) for path, reason in faults.items() if reason),
        *_collisions(sound, root_name, reserved),
    ]


def _unsafe(path: str, reason: str, root_name: str) -> Finding:
    # The path itself may hold control characters: it is shown escaped, and never as the place.
    return Finding(
        rule="output-path",
        message=f"the generated path {path!a} {reason}",
        advice=_ADVICE,
        place=Place(path=root_name),
    )


def _collisions(paths: list[str], root_name: str, reserved: str) -> Iterator[Finding]:
    spelt = {_folded(reserved): reserved}
    files = {reserved, *paths}
    for path in paths:
        reason = f"is the name of mlmon's own manifest in {root_name}" if path == reserved else ""
        for prefix in (*parents(path), path):
            first = spelt.setdefault(_folded(prefix), prefix)
            if first != prefix:
                reason = (
                    reason or f'and "{first}" are one file where upper and lower case are the same (macOS, Windows)'
                )
            elif prefix != path and prefix in files:
                reason = reason or f'needs a folder where the file "{prefix}" is generated'
        if reason:
            yield Finding(
                rule="output-collision",
                message=f'the generated path "{path}" {reason}',
                advice=_ADVICE,
                place=Place(path=f"{root_name}/{path}"),
            )


def _folded(path: str) -> str:
    # macOS also treats composed and decomposed accents as the same name.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
