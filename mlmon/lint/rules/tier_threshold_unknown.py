"""A tier sets a threshold that no pack knows.

Why: a tier's thresholds hold for every service that has the signal, so a name that fits nowhere cannot be told from
one that is not needed yet. A misspelt one is never read, and the default holds instead.

Instead: write the name as the packs do:

    tiers:
      critical: {description: Loses money., thresholds: {error_ratio: {page: 1%}}}     # was: errors_ratio

Source: https://sre.google/sre-book/monitoring-distributed-systems/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity, did_you_mean
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.packs.load import Library

SEVERITY = Severity.ERROR


def check(context: Context) -> Iterator[Issue]:
    """Yield every threshold of a tier that no alert of any pack has."""
    project, known = context.workspace.project, _known(context.library)
    if project is None:
        return
    for name, tier in project.model.tiers.items():
        for key in tier.thresholds:
            if key not in known:
                place = project.document.locate(("tiers", name, "thresholds", key), key=True)
                advice = did_you_mean(key, known) or "write a name that a pack's alert has under `above` or `below`"
                yield Issue(place, f'no pack has a threshold "{key}"', advice)


def _known(library: Library) -> set[str]:
    entries = [entry for loaded in library.packs.values() for entry in loaded.pack.alerts]
    keys = [entry.above or entry.below for entry in entries]
    keys += [part.get("above") or part.get("below") for entry in entries for part in entry.both]
    return {str(key) for key in keys if key}
