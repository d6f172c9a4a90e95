"""The manifest: which files in the folder are mlmon's, and what it wrote into them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place
from mlmon.tree.paths import fault

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "MANIFEST.sha256"
"""Its path inside the folder; the format is that of `sha256sum`, so `sha256sum -c MANIFEST.sha256` checks a folder."""

_LINE = re.compile(r"([0-9a-f]{64})  (.+)", re.DOTALL)
_CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


@dataclass(frozen=True)
class Manifest:
    """What mlmon wrote: SHA-256 in hexadecimal by relative path, and what is wrong with the manifest itself.

    With problems, `hashes` still holds every line that can be read: after a merge in git, both sides.
    """

    hashes: Mapping[str, str]
    problems: tuple[Finding, ...] = ()


def digest(data: bytes) -> str:
    """Return the SHA-256 of file content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def render(contents: Mapping[str, bytes]) -> bytes:
    """Return the manifest of these files; no files have none, because `sha256sum -c` rejects an empty list."""
    return "".join(f"{digest(contents[path])}  {path}\n" for path in sorted(contents)).encode()


def parse(data: bytes, place: str) -> Manifest:
    """Read a manifest; `place` is its path in findings. Only the first bad line is reported: one repair mends all."""
    hashes: dict[str, str] = {}
    problems: list[Finding] = []
    lines = data.decode("utf-8", errors="surrogateescape").removesuffix("\n").split("\n") if data else []
    for number, line in enumerate(lines, start=1):
        found = _LINE.fullmatch(line)
        reason = _reason(line, found, hashes)
        if reason:
            problems.append(broken(reason, Place(path=place, line=number, column=1)))
        if found and found[2] != MANIFEST and not fault(found[2]):
            hashes[found[2]] = found[1]
    return Manifest(hashes, tuple(problems[:1]))


def broken(reason: str, place: Place) -> Finding:
    """Return the finding for a manifest that does not tell which files are mlmon's."""
    return Finding(
        rule="output-manifest",
        message=f"{reason}, so mlmon cannot tell which files here are its own",
        advice="restore the manifest from git, or rerun with --overwrite to write it anew",
        place=place,
    )


def _reason(line: str, found: re.Match[str] | None, hashes: Mapping[str, str]) -> str:
    if line.startswith(_CONFLICT):
        return "a git conflict marker"
    if not found:
        return 'a line that is not "<sha256>  <path>"'
    if problem := fault(found[2]):
        return f"the path {found[2]!a} {problem}"
    if found[2] == MANIFEST:
        return "the manifest lists itself"
    return f'"{found[2]}" is listed twice' if found[2] in hashes else ""
