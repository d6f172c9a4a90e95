"""A spec says something about a pack's alert that changes nothing.

Why: `severity`, `layer` or `summary` belong to alerts of your own (those with `expr`). On an alert of a pack they are
not read, so whoever wrote `severity: ticket` still gets the page.

Instead: change the severity with the threshold of that severity, and remove what has no effect:

    alerts:
      HighErrorRatio: {severity: ticket}                # changes nothing
    thresholds:
      error_ratio: {page: off, ticket: 1%}              # says it

Source: https://sre.google/sre-book/monitoring-distributed-systems/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.spec.service import Alert

SEVERITY = Severity.WARNING

_OF_OWN_ALERTS: Final = ("severity", "layer", "kind", "summary", "description", "unit")
_OF_DISABLED: Final = ("reason", "until")
_CHANGES: Final = frozenset({"for_", "keep_firing_for", "runbook"})


def check(context: Context) -> Iterator[Issue]:
    """Yield every key of an alert that is not read where it stands, and every entry that changes nothing at all."""
    for _, spec in context.services():
        for name, own in spec.model.alerts.items():
            if own.disabled:
                continue
            idle = _idle(own)
            for key in idle:
                place = spec.document.locate(("alerts", name, key), key=True)
                yield Issue(place, f"`{key}` changes nothing about {name}", _advice(key))
            if own.expr is None and not idle and not own.model_fields_set & _CHANGES:
                place = spec.document.locate(("alerts", name), key=True)
                yield Issue(place, f"the entry changes nothing about {name}", "remove it, or add what it should change")


def _idle(own: Alert) -> list[str]:
    unread = _OF_DISABLED if own.expr is not None else (*_OF_OWN_ALERTS, *_OF_DISABLED)
    return [key for key in unread if key in own.model_fields_set]


def _advice(key: str) -> str:
    if key in _OF_DISABLED:
        return "remove it, or add `disabled: true`"
    if key == "severity":
        return "give its threshold for that severity under `thresholds:`, and `off` for the other"
    return "remove it; only alerts with `expr` have it"
