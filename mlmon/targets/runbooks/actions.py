"""Commands and mitigations from actions.yaml, filled in with what is known of a service's components."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlmon.yamlread import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlmon.plan.model import Component

_DATA: Final = Path(__file__).with_name("actions.yaml")


@dataclass(frozen=True)
class Mitigation:
    """Something that makes it better before the cause is known; `commands` are ready to be pasted."""

    title: str
    when: str
    time: str
    risk: str
    commands: tuple[str, ...]


def commands(step: str, components: Iterable[Component]) -> tuple[str, ...]:
    """Return the commands of one step of the first look: `deployment` or `instance`."""
    wanted = [entry for entry in _data()["commands"] if entry["step"] == step]
    return tuple(_filled(wanted, components))


def mitigations(layer: str, components: Sequence[Component]) -> tuple[Mitigation, ...]:
    """Return what can be done about an alert of a layer where the service has such components, the usual first."""
    types = {component.type for component in components}
    entries = [
        entry
        for entry in _data()["mitigations"]
        if layer in entry["layers"] and (not types or not types.isdisjoint(entry["components"]))
    ]
    return tuple(_mitigation(entry, components) for entry in entries)


def _mitigation(entry: dict[str, Any], components: Iterable[Component]) -> Mitigation:
    ready = tuple(_filled(entry.get("commands", ()), components))
    return Mitigation(entry["title"], entry["when"], entry["time"], entry["risk"], ready)


def _filled(entries: Iterable[dict[str, Any]], components: Iterable[Component]) -> Iterator[str]:
    """Fill every command for every component that has what it needs; two components may give the same one."""
    found: dict[str, None] = {}
    for entry in entries:
        for component in components:
            known = {key: shlex.quote(value) for key, value in component.parameters}
            if set(entry["needs"]) <= known.keys():
                found.setdefault(entry["command"].strip() % known)
    yield from found


@cache
def _data() -> dict[str, Any]:
    return dict(read_yaml(_DATA.read_text(encoding="utf-8")))
