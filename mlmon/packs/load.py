"""Finds and reads pack files; they go through the same checks, with the same messages, as specs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from mlmon.diagnostics import Finding
from mlmon.packs.model import BurnRates, Pack
from mlmon.spec.errors import findings as findings_of
from mlmon.spec.source import Document, SourceError, parse

DATA: Final = Path(__file__).parent / "data"
DISPLAY: Final = "mlmon/packs/data"
_KINDS: Final[dict[str, type[BaseModel]]] = {"Pack": Pack, "BurnRates": BurnRates}


@dataclass(frozen=True)
class LoadedPack:
    """A pack, the document it came from, and its runbook texts by alert name."""

    pack: Pack
    document: Document
    runbooks: dict[str, str]


@dataclass(frozen=True)
class Library:
    """All packs by name, the burn-rate tiers, and what is wrong with any of them."""

    packs: dict[str, LoadedPack]
    burn_rates: BurnRates | None
    burn_runbooks: dict[str, str]
    findings: tuple[Finding, ...]

    def names(self, kind: str) -> list[str]:
        """Return the names of the packs of one type, sorted."""
        return sorted(name for name, loaded in self.packs.items() if loaded.pack.metadata.type == kind)


@cache
def library() -> Library:
    """Read the packs that ship with mlmon, once per process."""
    return read(DATA, DISPLAY)


def read(folder: Path, display: str) -> Library:
    """Read every pack file below `folder`; `display` names the folder in findings."""
    packs: dict[str, LoadedPack] = {}
    burn_rates: list[BurnRates] = []
    burn_runbooks: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(folder.rglob("*.yaml")):
        name = f"{display}/{path.relative_to(folder).as_posix()}"
        model, document, problems = _read(path, name)
        findings += problems
        if isinstance(model, BurnRates):
            burn_rates.append(model)
            burn_runbooks = _runbooks(path.with_suffix(".md"))
        elif isinstance(model, Pack):
            packs[model.metadata.name] = LoadedPack(model, document, _runbooks(path.with_suffix(".md")))
    return Library(packs, burn_rates[0] if burn_rates else None, burn_runbooks, tuple(findings))


def _read(path: Path, name: str) -> tuple[BaseModel | None, Document, list[Finding]]:
    document = Document(name, "")
    try:
        document = parse(path.read_text(encoding="utf-8"), name)
        model = _KINDS.get(str((document.data or {}).get("kind")), Pack)
        return model.model_validate(document.data), document, []
    except SourceError as error:
        return None, document, [error.finding]
    except ValidationError as error:
        return None, document, findings_of(error, document, model)


def _runbooks(path: Path) -> dict[str, str]:
    """Split a pack's Markdown into one text per alert: each `## AlertName` heading begins one."""
    if not path.exists():
        return {}
    sections = path.read_text(encoding="utf-8").split("\n## ")[1:]
    return {title.strip(): body.strip() for title, _, body in (section.partition("\n") for section in sections)}
