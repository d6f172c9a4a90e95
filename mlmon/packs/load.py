"""Finds and reads pack files; they go through the same checks, with the same messages, as specs."""

from __future__ import annotations

import pickle
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import pydantic
from pydantic import BaseModel, ValidationError

from mlmon.diagnostics import Finding
from mlmon.packs.model import BurnRates, CostNotices, Pack
from mlmon.remembered import Kept, folder, key
from mlmon.spec.errors import findings as findings_of
from mlmon.spec.load import not_a_mapping, unreadable
from mlmon.spec.source import Document, SourceError, parse

DATA: Final = Path(__file__).parent / "data"
DISPLAY: Final = "mlmon/packs/data"
_SOURCES: Final = (DATA.parent, DATA.parents[1], DATA.parents[1] / "spec")
_KINDS: Final[dict[str, type[BaseModel]]] = {"Pack": Pack, "BurnRates": BurnRates, "CostNotices": CostNotices}


@dataclass(frozen=True)
class LoadedPack:
    """A pack, the document it came from, and its runbook texts by alert name; `own` says that mlmon does not ship
    it.
    """

    pack: Pack
    document: Document
    runbooks: dict[str, str]
    own: bool = False


@dataclass(frozen=True)
class Library:
    """All packs by name, the burn-rate tiers, the notices on costs, and what is wrong with any of them.

    `written` are the packs of an organisation's own as their files have them, before others' entries join them.
    """

    packs: dict[str, LoadedPack]
    burn_rates: BurnRates | None
    cost_notices: CostNotices | None
    burn_runbooks: dict[str, str]
    findings: tuple[Finding, ...]
    written: tuple[LoadedPack, ...] = ()

    def names(self, kind: str) -> list[str]:
        """Return the names of the packs of one type, sorted."""
        return sorted(name for name, loaded in self.packs.items() if loaded.pack.metadata.type == kind)


@cache
def library() -> Library:
    """Return the packs that ship with mlmon. They are kept between runs: to check them takes a tenth of a second."""
    kept, name = Kept(folder("packs")), VERSION
    if (data := kept.read(name)) is not None:
        with suppress(Exception):  # a broken entry is made anew
            return Library(**pickle.loads(data))  # noqa: S301  as trusted as the .pyc files of the same user
    found = read(DATA, DISPLAY)
    if not found.findings:
        kept.write(name, pickle.dumps(vars(_without_places(found))))
    return found


def _version() -> str:
    data = (path for pattern in ("*.yaml", "*.md") for path in DATA.rglob(pattern))
    files = sorted((*data, *(path for folder in _SOURCES for path in folder.glob("*.py"))))
    return key(sys.version, pydantic.VERSION, *(path.read_bytes() for path in files))


def _without_places(found: Library) -> Library:
    """Where something stands in a file is for findings, of which packs that ship have none."""
    packs = {name: replace(item, document=Document(item.document.path, "")) for name, item in found.packs.items()}
    return replace(found, packs=packs)


def read(below: Path, display: str) -> Library:
    """Read every pack file of a folder, which `display` names in findings."""
    packs: dict[str, LoadedPack] = {}
    burn_rates: list[BurnRates] = []
    cost_notices: list[CostNotices] = []
    burn_runbooks: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(below.rglob("*.yaml")):
        name = f"{display}/{path.relative_to(below).as_posix()}"
        model, document, problems = read_file(path, name)
        findings += problems
        if isinstance(model, BurnRates):
            burn_rates.append(model)
            burn_runbooks = runbooks(path.with_suffix(".md"))
        elif isinstance(model, CostNotices):
            cost_notices.append(model)
        elif isinstance(model, Pack):
            packs[model.metadata.name] = LoadedPack(model, document, runbooks(path.with_suffix(".md")))
    return Library(packs, next(iter(burn_rates), None), next(iter(cost_notices), None), burn_runbooks, tuple(findings))


def read_file(path: Path, name: str) -> tuple[BaseModel | None, Document, list[Finding]]:
    """Read one pack file, called `name` in findings; without a model where something is wrong with it."""
    document = Document(name, "")
    try:
        document = parse(path.read_text(encoding="utf-8"), name)
        if not isinstance(document.data, dict):
            raise SourceError(not_a_mapping(name))
        model = _KINDS.get(str(document.data.get("kind")), Pack)
        return model.model_validate(document.data), document, []
    except SourceError as error:
        return None, document, [error.finding]
    except ValidationError as error:
        return None, document, findings_of(error, document, model)
    except (OSError, UnicodeDecodeError) as error:
        return None, document, [unreadable(name, error)]


def runbooks(path: Path) -> dict[str, str]:
    """Split a pack's Markdown into one text per alert: each `## AlertName` heading begins one."""
    if not path.exists():
        return {}
    sections = path.read_text(encoding="utf-8").split("\n## ")[1:]
    return {title.strip(): body.strip() for title, _, body in (section.partition("\n") for section in sections)}


# Worked out at once: whoever edits a pack's model while mlmon runs must not find the old one under the new name.
VERSION: Final = _version()
"""A hash of the packs that ship and of everything that decides what is made of them."""
