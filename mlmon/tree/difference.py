"""What differs between the folder on disk and the generated files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.diagnostics import Place
from mlmon.tree.disk import Entry, scan
from mlmon.tree.manifest import MANIFEST, Manifest, broken, digest, parse, render
from mlmon.tree.paths import parents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlmon.diagnostics import Finding
    from mlmon.tree.output import Output


@dataclass(frozen=True)
class Difference:
    """Sorted paths relative to the folder, by what is the matter with them. Files that are as generated are in none."""

    missing: tuple[str, ...] = ()
    """Generated, not on disk."""
    changed: tuple[str, ...] = ()
    """On disk as mlmon wrote it, but something else is generated now."""
    edited: tuple[str, ...] = ()
    """Owned, and neither what mlmon wrote nor what it generates now: changed by hand."""
    orphaned: tuple[str, ...] = ()
    """Owned and on disk, no longer generated. One that was changed by hand is in `edited` as well."""
    foreign: tuple[str, ...] = ()
    """Not owned, with other content, where a generated file or the folder for one has to go."""
    blocked: tuple[str, ...] = ()
    """A folder with files that are not owned, where a generated file has to go; never removed."""
    manifest_outdated: bool = False
    """The manifest is not the one of the generated files; also true when any of them changed."""
    problems: tuple[Finding, ...] = ()
    """Why the comparison could not be made, or cannot be relied on: a broken manifest, unsafe paths, a read error."""
    root_name: str = ""
    """What the folder is called in findings."""

    @property
    def stale(self) -> bool:
        """Tell whether anything at all is not as generated."""
        paths = (self.missing, self.changed, self.edited, self.orphaned, self.foreign, self.blocked, self.problems)
        return self.manifest_outdated or any(paths)


@dataclass(frozen=True)
class Survey:
    """One look at the disk: the difference, and what a write needs to know besides."""

    contents: Mapping[str, bytes]
    """The generated files."""
    entries: Mapping[str, Entry]
    """Everything in the folder."""
    manifest: Manifest
    """What mlmon owns."""
    intact: frozenset[str]
    """Generated files that are on disk with exactly their content."""
    difference: Difference


@dataclass(frozen=True)
class _Disk:
    """The folder as it is, and what the manifest says mlmon wrote there."""

    root: Path
    entries: Mapping[str, Entry]
    hashes: Mapping[str, str]

    def state(self, path: str, data: bytes | None) -> str:
        """Name what a path is compared with the generated content; without content nothing is generated there."""
        entry = self.entries.get(path)
        if entry is None or entry.is_folder:
            return "missing"
        found = (self.root / path).read_bytes() if entry.is_file else None
        if found is not None and found == data:
            return "intact"
        if path not in self.hashes:
            return "foreign"
        return "changed" if found is not None and digest(found) == self.hashes[path] else "edited"

    def in_the_way(self, path: str) -> list[str]:
        """Return what is not a folder and not mlmon's where the path needs folders."""
        there = [parent for parent in parents(path) if parent in self.entries]
        return [parent for parent in there if not self.entries[parent].is_folder and parent not in self.hashes]

    def blocks(self, path: str) -> bool:
        """Tell whether a path is a folder holding anything but folders that is not mlmon's."""
        if path not in self.entries or not self.entries[path].is_folder:
            return False
        inside = (name for name, entry in self.entries.items() if name.startswith(f"{path}/") and not entry.is_folder)
        return any(name not in self.hashes for name in inside)


def survey(output: Output, contents: Mapping[str, bytes]) -> Survey:
    """Compare the folder with the generated files. Raises OSError when the folder cannot be read."""
    entries = scan(output.path)
    listed, manifest = _manifest(output, entries)
    disk = _Disk(output.path, entries, manifest.hashes)
    states = {path: disk.state(path, data) for path, data in contents.items()}
    unwanted = {path: disk.state(path, None) for path in manifest.hashes.keys() - contents.keys()}
    in_the_way = {other for path in contents for other in disk.in_the_way(path)}
    difference = Difference(
        missing=_those("missing", states),
        changed=_those("changed", states),
        edited=_those("edited", states | unwanted),
        orphaned=tuple(sorted(path for path, state in unwanted.items() if state != "missing")),
        foreign=tuple(sorted({*_those("foreign", states), *in_the_way})),
        blocked=tuple(sorted(path for path in (MANIFEST, *contents) if disk.blocks(path))),
        manifest_outdated=listed != render(contents),
        problems=manifest.problems,
        root_name=output.name,
    )
    return Survey(contents, entries, manifest, frozenset(_those("intact", states)), difference)


def _those(state: str, states: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in states if states[path] == state))


def _manifest(output: Output, entries: Mapping[str, Entry]) -> tuple[bytes, Manifest]:
    place = f"{output.name}/{MANIFEST}"
    if MANIFEST not in entries:
        return b"", Manifest({})
    if not entries[MANIFEST].is_file:
        return b"", Manifest({}, (broken("the manifest is not a file", Place(path=place)),))
    data = (output.path / MANIFEST).read_bytes()
    return data, parse(data, place)
