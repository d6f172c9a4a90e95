"""A service promises less availability than its tier stands for.

Why: whoever builds on a service of a tier relies on the tier's objective; a service that promises less breaks it
without ever burning its own budget.

Instead: raise the objective to the tier's, or choose a lower tier:

    metadata: {name: ranker, team: search, tier: critical}       # the tier promises 99.9 %
    slos:
      - {name: availability, objective: 99.9%}                   # was: 99%

Source: https://sre.google/sre-book/service-level-objectives/
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
    """Yield every availability objective below that of the service's tier."""
    tiers = context.workspace.project.model.tiers if context.workspace.project else {}
    for service, spec in context.services():
        tier = tiers.get(service.tier)
        expected = tier.objective if tier else None
        for index, slo in enumerate(spec.model.slos):
            if expected and slo.kind == "availability" and slo.objective < expected:
                place = spec.document.locate(("slos", index, "objective"))
                message = f"{percent(slo.objective)} is less than the {percent(expected)} of the tier {service.tier}"
                yield Issue(place, message, f"promise at least {percent(expected)}, or choose another tier")
