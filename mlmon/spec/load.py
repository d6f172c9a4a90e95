"""Reads mlmon.yaml and specs/*.yaml into models; every file is read, every problem is a finding."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from mlmon.diagnostics import Finding, Place
from mlmon.spec.errors import findings as findings_of
from mlmon.spec.project import Project
from mlmon.spec.service import Service
from mlmon.spec.source import Document, SourceError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT_FILE: Final = "mlmon.yaml"
SPEC_FOLDER: Final = "specs"

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Loaded(Generic[M]):
    """A model and the document it was read from, so that later findings can point into the file."""

    model: M
    document: Document


@dataclass(frozen=True)
class Workspace:
    """Everything the user wrote that could be read; `project` is missing when mlmon.yaml could not."""

    project: Loaded[Project] | None
    services: tuple[Loaded[Service], ...]
    findings: tuple[Finding, ...]


def load(root: Path) -> Workspace:
    """Read the project below `root`. Never raises for what the files hold or for files that cannot be read."""
    problems: list[Finding] = []
    project = _read(root, Path(PROJECT_FILE), Project, problems)
    services = [_read(root, path, Service, problems) for path in _spec_files(root, problems)]
    loaded = tuple(service for service in services if service)
    problems += _duplicates(loaded)
    return Workspace(project, loaded, tuple(problems))


def _spec_files(root: Path, problems: list[Finding]) -> Iterator[Path]:
    folder = root / SPEC_FOLDER
    files = sorted(path.relative_to(root) for pattern in ("*.yaml", "*.yml") for path in folder.glob(pattern))
    if not files:
        message = f"there is no spec under {SPEC_FOLDER}/"
        advice = "run `mlmon init` to write a first one, or name another folder with --root"
        problems.append(Finding(rule="spec-none", message=message, advice=advice, place=Place(SPEC_FOLDER)))
    yield from files


def _read(root: Path, path: Path, model: type[M], problems: list[Finding]) -> Loaded[M] | None:
    name = path.as_posix()
    try:
        document = parse((root / path).read_text(encoding="utf-8"), name)
        if not isinstance(document.data, dict):
            raise SourceError(not_a_mapping(name))
        return Loaded(model.model_validate(document.data), document)
    except SourceError as error:
        problems.append(error.finding)
    except ValidationError as error:
        problems.extend(findings_of(error, document, model))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(unreadable(name, error))
    return None


def not_a_mapping(name: str) -> Finding:
    """Return the finding for a file of YAML that is something else than keys and values."""
    advice = "begin with `apiVersion: mlmon/v1` (`mlmon init` writes a first spec)"
    return Finding(
        rule="spec-value", message="the file does not hold a mapping", advice=advice, place=Place(name, 1, 1)
    )


def unreadable(name: str, error: OSError | UnicodeDecodeError) -> Finding:
    """Return the finding for a file that cannot be read, or is no text."""
    if isinstance(error, UnicodeDecodeError):
        return Finding(
            rule="spec-encoding", message="the file is not UTF-8", advice="save it as UTF-8", place=Place(name)
        )
    if isinstance(error, FileNotFoundError):
        advice = "run `mlmon init` in the repository's root, or name the root with --root"
        return Finding(rule="spec-none", message="the file does not exist", advice=advice, place=Place(name))
    reason = (error.strerror or "unknown reason").lower()
    return Finding(rule="spec-unreadable", message=f"the file cannot be read: {reason}", advice="", place=Place(name))


def _duplicates(services: tuple[Loaded[Service], ...]) -> Iterator[Finding]:
    first: dict[str, Place] = {}
    for service in services:
        name = service.model.metadata.name
        place = service.document.locate(("metadata", "name"))
        if name in first:
            message = f'two services are named "{name}" (the other is in {first[name]})'
            advice = "rename one: their rules, alarms and dashboards would overwrite each other"
            yield Finding(rule="spec-duplicate-service", message=message, advice=advice, place=place)
        first.setdefault(name, place)
