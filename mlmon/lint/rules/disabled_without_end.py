"""An alert is disabled for ever.

Why: the reason for which an alert is switched off rarely lasts as long as the file. With a day in `until`, lint asks
again; without one, nobody does.

Instead: add the day on which somebody should think about it again. If it really must never fire, say so in a comment
that lint reads:

    alerts:
      LowGPUUtilization: {disabled: true, reason: batch scoring at night, until: 2027-03-01}
      # mlmon: ignore[disabled-without-end] this service has no GPU of its own
      GPUTemperatureHigh: {disabled: true, reason: shared machine}

Source: https://cloudflare.github.io/pint/ignoring.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.NOTE


def check(context: Context) -> Iterator[Issue]:
    """Yield every disabled alert without `until`."""
    for _, spec in context.services():
        for name, own in spec.model.alerts.items():
            if own.disabled and not own.until:
                place = spec.document.locate(("alerts", name), key=True)
                yield Issue(place, f"{name} is disabled without an end", "add `until:` with the day to ask again")
