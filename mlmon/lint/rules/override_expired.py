"""An alert was to be disabled until a day that has come, and is still silent.

Why: an alert that is switched off during a migration and never switched on again is the classic cause of an outage
that nobody was told of.

Instead: remove the entry, or decide again and set a later day:

    alerts:
      LowGPUUtilization: {disabled: true, reason: batch scoring at night, until: 2027-03-01}

Source: https://cloudflare.github.io/pint/ignoring.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every disabled alert whose `until` is not in the future."""
    for _, spec in context.services():
        for name, own in spec.model.alerts.items():
            if own.disabled and own.until and own.until <= context.today:
                place = spec.document.locate(("alerts", name, "until"))
                message = f"{name} was to be disabled until {own.until} and is still silent"
                yield Issue(place, message, "remove the entry, or set a later day")
