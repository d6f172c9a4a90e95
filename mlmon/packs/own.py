"""Packs of an organisation's own: read from its folders, joined with mlmon's, checked like them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, did_you_mean, one_of
from mlmon.packs.extend import extended
from mlmon.packs.load import Library, LoadedPack, library, read_file, runbooks
from mlmon.packs.model import BurnRates, CostNotices, Pack
from mlmon.spec.load import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from mlmon.spec.load import Workspace

_ELSEWHERE: Final[dict[type[BaseModel], str]] = {
    BurnRates: f"write them under `burn_rates:` in {PROJECT_FILE}",
    CostNotices: "write them under `costs:` in a spec, as `notices:` and `anomaly:`",
}
"""Where to write what mlmon keeps beside its packs."""

FOLDER: Final = "packs"
"""The folder beside mlmon.yaml that is read without being named there."""


def library_of(root: Path, workspace: Workspace) -> Library:
    """Return mlmon's packs and those of the workspace's folders. Never raises for what the folders hold."""
    problems: list[Finding] = []
    written = tuple(_written(root, workspace, problems))
    if not written:
        shipped = library()
        return replace(shipped, findings=(*shipped.findings, *problems)) if problems else shipped
    return _Joined(library(), written, problems).library()


def _written(root: Path, workspace: Workspace, problems: list[Finding]) -> Iterator[LoadedPack]:
    for folder, name in _folders(root, workspace, problems):
        for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
            shown = f"{name}/{path.relative_to(folder).as_posix()}"
            model, document, found = read_file(path, shown)
            problems += found
            if isinstance(model, Pack):
                yield LoadedPack(model, document, runbooks(path.with_suffix(".md")), own=True)
            elif model is not None:
                place = document.locate(("kind",))
                advice = _ELSEWHERE[type(model)]
                problems.append(Finding(rule="pack-kind", message="this is no pack", advice=advice, place=place))


def _folders(root: Path, workspace: Workspace, problems: list[Finding]) -> Iterator[tuple[Path, str]]:
    project = workspace.project
    named = project.model.packs if project else []
    if (root / FOLDER).is_dir() and not any(Path(item) == Path(FOLDER) for item in named):
        yield root / FOLDER, FOLDER
    for index, item in enumerate(named):
        if (root / item).is_dir():
            yield root / item, Path(item).as_posix()
        elif project:
            place = project.document.locate(("packs", index))
            message, advice = f'there is no folder "{item}"', f"name a folder, relative to {PROJECT_FILE}"
            problems.append(Finding(rule="pack-folder", message=message, advice=advice, place=place))


class _Joined:
    """Joins packs with those that they extend, whichever file comes first."""

    def __init__(self, shipped: Library, written: tuple[LoadedPack, ...], problems: list[Finding]) -> None:
        self.shipped, self.problems = shipped, problems
        self.written: dict[str, LoadedPack] = {}
        for item in written:
            name = item.pack.metadata.name
            if name in self.written:
                other = self.written[name].document.path
                self.problem(item, "name", f'two packs are named "{name}" (the other is in {other})', "rename one")
            self.written.setdefault(name, item)
        self.made: dict[str, LoadedPack] = {}

    def library(self) -> Library:
        for name in self.written:
            self.make(name, ())
        packs = self.shipped.packs | self.made
        for name, item in self.written.items():
            self.check_name(name, item)
        findings = (*self.shipped.findings, *self.problems)
        return replace(self.shipped, packs=packs, findings=findings, written=tuple(self.written.values()))

    def make(self, name: str, above: tuple[str, ...]) -> LoadedPack | None:
        """Return a pack with what it extends. `above` are the packs that wait for it."""
        item = self.written.get(name)
        base = item.pack.metadata.extends if item else None
        if item is None or name in self.made:
            return self.made.get(name) or self.shipped.packs.get(name)
        if base is None:
            self.made[name] = item
            return item
        if base in above:
            self.problem(item, "extends", f"{name} and {base} extend each other", "let one of them stand alone")
            return None
        found = self.shipped.packs.get(base) if base == name else self.make(base, (*above, name))
        if found is None and base in self.written and base != name:
            return None  # what is wrong is said of that one
        if found is None or found.pack.metadata.type != item.pack.metadata.type:
            self.no_base(item, base, found)
            return None
        self.made[name], problems = extended(found, item)
        self.problems += problems
        return self.made[name]

    def no_base(self, item: LoadedPack, base: str, found: LoadedPack | None) -> None:
        kind = item.pack.metadata.type
        if found:
            message = f"{base} is of the type {found.pack.metadata.type}, and this pack of the type {kind}"
            self.problem(item, "extends", message, "write the same type")
            return
        known = {*self.shipped.names(kind), *self.written}
        advice = did_you_mean(base, known) or f"write {one_of(known)}"
        self.problem(item, "extends", f'there is no pack "{base}"', advice)

    def check_name(self, name: str, item: LoadedPack) -> None:
        """A name of mlmon's is taken over on purpose only."""
        meta = item.pack.metadata
        if name in self.shipped.packs and name not in (meta.extends, meta.replaces):
            advice = f"write `extends: {name}` to change it, `replaces: {name}` to take its place, or rename this one"
            self.problem(item, "name", f"mlmon has a pack named {name}", advice)
        if meta.replaces and meta.replaces != name:
            self.problem(item, "replaces", f"a pack replaces the one of its own name, {name}", "write the same name")
        elif meta.replaces and name not in self.shipped.packs:
            advice = did_you_mean(name, self.shipped.packs) or "remove the key"
            self.problem(item, "replaces", f"mlmon has no pack named {name}", advice)

    def problem(self, item: LoadedPack, key: str, message: str, advice: str) -> None:
        place = item.document.locate(("metadata", key))
        self.problems.append(Finding(rule="pack-name", message=message, advice=advice, place=place))
