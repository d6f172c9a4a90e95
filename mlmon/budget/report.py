"""Puts a report together: asks for each SLO's chunks, computes, judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.budget.compute import entry, verdict
from mlmon.budget.history import fetch, span
from mlmon.budget.model import Report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from mlmon.plan.slo import Slo
    from mlmon.remote.client import Client


def report(client: Client, slos: Sequence[Slo], now: int, min_budget: Decimal | None) -> Report:
    """Ask and compute. Raises QueryError when an SLO cannot be asked for; half a report is no basis for a release."""
    verdicts, notes = [], dict[str, None]()
    for slo in slos:
        if not slo.indicator.on("prometheus"):
            notes[f"{slo.service}/{slo.name} is not measured in Prometheus, so it is not part of this report"] = None
            continue
        over = span(slo.period, now)
        groups, warnings = fetch(client, slo, over)
        notes |= dict.fromkeys(f"Prometheus warns of {slo.service}/{slo.name}: {text}" for text in warnings)
        for group, chunks in (groups or {(): ()}).items():
            verdicts.append(verdict(entry(slo, group, over, chunks), min_budget))
    return Report(now, client.url, min_budget, tuple(verdicts), tuple(notes))
