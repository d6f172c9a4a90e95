"""What the families of a pack call the metric of a signal: names of other versions, or of other conventions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlmon.packs.load import Library


def names_by_family(library: Library) -> dict[tuple[str, str], dict[str, str]]:
    """Return for each preset and signal the metrics that its families read, and the name of the family."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for preset, loaded in library.packs.items():
        for family, entry in loaded.pack.families.items():
            for signal, item in entry.signals.items():
                if item.prometheus:
                    found.setdefault((preset, signal), {}).setdefault(item.prometheus.metric, family)
    return found
