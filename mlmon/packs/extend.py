"""Joins a pack with the one that it extends: entries by name, its own before the other's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from mlmon.diagnostics import Finding, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlmon.packs.load import LoadedPack
    from mlmon.packs.model import Family

Entry = TypeVar("Entry")


def extended(base: LoadedPack, item: LoadedPack) -> tuple[LoadedPack, list[Finding]]:
    """Return `item` with what it takes over from `base`, and what is wrong with its `without`."""
    one, other = base.pack, item.pack
    left_out = set(other.metadata.without)
    alerts = _joined(one.alerts, other.alerts, lambda entry: entry.name, left_out)
    made = other.model_copy(
        update={
            "metadata": other.metadata.model_copy(
                update={
                    "instrumented": one.metadata.instrumented or other.metadata.instrumented,
                    "metrics": other.metadata.metrics or one.metadata.metrics,
                }
            ),
            "parameters": one.parameters | other.parameters,
            "signals": {key: entry for key, entry in one.signals.items() if key not in left_out} | other.signals,
            "families": _families(one.families, other.families),
            "alerts": alerts,
            "recordings": _joined(one.recordings, other.recordings, lambda entry: entry.name, left_out),
            "panels": _joined(one.panels, other.panels, lambda entry: entry.title, left_out),
            "logs": other.logs or one.logs,
        }
    )
    kept = {name: text for name, text in base.runbooks.items() if name not in left_out}
    return replace(item, pack=made, runbooks=kept | item.runbooks), _unknown(base, item)


def _joined(
    base: Iterable[Entry], own: Iterable[Entry], name: Callable[[Entry], str], left_out: set[str]
) -> list[Entry]:
    """An entry that is overridden stays where it was, so that pages and rules keep their order."""
    added = {name(entry): entry for entry in own}
    kept = [added.pop(name(entry), entry) for entry in base if name(entry) not in left_out]
    return [*kept, *added.values()]


def _families(base: dict[str, Family], own: dict[str, Family]) -> dict[str, Family]:
    joined = {
        name: family.model_copy(update={"signals": base[name].signals | family.signals}) if name in base else family
        for name, family in own.items()
    }
    return base | joined


def _unknown(base: LoadedPack, item: LoadedPack) -> list[Finding]:
    pack = base.pack
    known = {*pack.signals, *(entry.name for entry in pack.alerts), *(entry.name for entry in pack.recordings)}
    known |= {panel.title for panel in pack.panels}
    return [
        Finding(
            rule="pack-without",
            message=f'{pack.metadata.name} has nothing named "{name}"',
            advice=did_you_mean(name, known) or "remove the entry",
            place=item.document.locate(("metadata", "without", index)),
        )
        for index, name in enumerate(item.pack.metadata.without)
        if name not in known
    ]
