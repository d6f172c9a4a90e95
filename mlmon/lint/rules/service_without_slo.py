"""A service promises nothing, although its tier has an objective.

Why: without an SLO there is no error budget, so nothing says how much failure is too much. Thresholds alone either
page for a blip or stay silent while one request in two hundred fails for a month.

Instead: add an SLO, or move the service to a tier that promises nothing:

    slos:
      - {name: availability, objective: 99.9%, window: 30d}

Source: https://sre.google/workbook/implementing-slos/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.units import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.WARNING


def check(context: Context) -> Iterator[Issue]:
    """Yield every service without an SLO whose tier has an objective."""
    tiers = context.workspace.project.model.tiers if context.workspace.project else {}
    for service, spec in context.services():
        tier = tiers.get(service.tier)
        if tier and tier.objective and not spec.model.slos:
            place = spec.document.locate(("metadata", "tier"))
            message = f"{service.name} has no SLO, but services of the tier {service.tier} promise "
            advice = "add `slos:` with an availability objective, or choose a tier without one"
            yield Issue(place, message + percent(tier.objective), advice)
