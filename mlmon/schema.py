"""JSON Schemas for editors: the models' own, narrowed to the presets, teams and receivers that exist."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlmon.packs.load import VERSION
from mlmon.packs.model import Pack
from mlmon.plan.bind import SECTIONS
from mlmon.remembered import Kept, folder, key
from mlmon.spec.project import Project
from mlmon.spec.service import Component, Service

if TYPE_CHECKING:
    from pydantic import BaseModel

    from mlmon.packs.load import Library
    from mlmon.packs.signals import Parameter

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ALONE: Final[dict[str, type[BaseModel]]] = {"project": Project, "pack": Pack}


def schemas(library: Library, project: Project | None) -> dict[str, str]:
    """Return `schema/{service,project,pack}.json`; with a project its own names become choices.

    They are kept between runs, unless there are packs of an organisation's own.
    """
    if library.written:
        return _schemas(library, project)
    parts = (project.teams, project.tiers, project.severities, project.receivers) if project else ()
    names = [list(part) for part in parts]
    kept, name = Kept(folder("schemas")), key(VERSION, Path(__file__).read_bytes(), json.dumps([names, SECTIONS]))
    if (data := kept.read(name)) is not None:
        with suppress(ValueError):  # a broken entry is made anew
            return dict(json.loads(data))
    found = _schemas(library, project)
    kept.write(name, json.dumps(found).encode())
    return found


def _schemas(library: Library, project: Project | None) -> dict[str, str]:
    service = {"$schema": _DIALECT, **Service.model_json_schema()}
    _narrow_components(service, library)
    _narrow_names(service, library, project)
    made = {"service": service}
    made |= {name: {"$schema": _DIALECT, **model.model_json_schema()} for name, model in _ALONE.items()}
    return {f"schema/{name}.json": json.dumps(schema, indent=2, sort_keys=True) + "\n" for name, schema in made.items()}


def _narrow_components(schema: dict[str, Any], library: Library) -> None:
    for section, kind in SECTIONS.items():
        if not _left_to_packs(schema, section):
            continue
        packs = [library.packs[name].pack for name in library.names(kind)]
        schema["properties"][section]["items"] = {
            "type": "object",
            "required": ["preset"],
            "properties": {"preset": {"enum": [pack.metadata.name for pack in packs]}},
            "allOf": [
                {"if": {"properties": {"preset": {"const": pack.metadata.name}}}, "then": _component(pack)}
                for pack in packs
            ],
        }


def _left_to_packs(schema: dict[str, Any], section: str) -> bool:
    """Whether the section's model takes any key, for the pack to check; a probe's has all of them itself."""
    model = schema["properties"][section]["items"]["$ref"].rpartition("/")[2]
    return bool(schema["$defs"][model]["additionalProperties"])


def _component(pack: Pack) -> dict[str, Any]:
    own = {key: _parameter(parameter) for key, parameter in pack.parameters.items()}
    return {
        "description": pack.metadata.title,
        "properties": {**_shared(), "preset": {"const": pack.metadata.name}, **own},
        "required": ["preset", *(key for key, parameter in pack.parameters.items() if parameter.required)],
        "additionalProperties": False,
    }


@cache
def _shared() -> dict[str, Any]:
    """The keys that every component has."""
    properties: dict[str, Any] = Component.model_json_schema()["properties"]
    return properties


def _parameter(parameter: Parameter) -> dict[str, Any]:
    match parameter.type:
        case "choice":
            shape: dict[str, Any] = {"enum": parameter.choices}
        case "number":
            shape = {"type": "number"}
        case "text":
            shape = {"type": ["string", "number"]}
        case _:
            shape = {"type": "object"}
    return {"description": parameter.help, **shape}


def _narrow_names(schema: dict[str, Any], library: Library, project: Project | None) -> None:
    entries = [entry for loaded in library.packs.values() for entry in loaded.pack.alerts]
    keys = {key for entry in entries for key in (entry.above, entry.below) if key}
    keys |= {str(part.get("above") or part.get("below")) for entry in entries for part in entry.both}
    schema["properties"]["thresholds"]["propertyNames"] = {"enum": sorted(keys)}
    if project is None:
        return
    metadata = schema["$defs"]["Metadata"]["properties"]
    metadata["team"] = {**metadata["team"], "enum": sorted(project.teams)}
    if project.tiers:
        metadata["tier"] = {**metadata["tier"], "enum": sorted(project.tiers)}
    severities = {"enum": sorted(project.severities)}
    schema["properties"]["routing"]["propertyNames"] = severities
    schema["properties"]["routing"]["additionalProperties"] = {"enum": sorted(project.receivers)}
    schema["properties"]["thresholds"]["additionalProperties"]["propertyNames"] = severities
