"""Finds incidents: stretches in which the budget burned faster than the slowest tier tolerates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.budget.model import CHUNK_SECONDS, Incident

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlmon.budget.model import Chunk, Span
    from mlmon.plan.slo import Slo

PAUSE_SECONDS: Final = 1800
"""A shorter pause does not end an incident: whoever repairs it has not gone home yet."""


@dataclass
class _Stretch:
    """Consecutive chunks, from the first that burns to the last that does."""

    start: int
    end: int
    errors: Decimal
    events: Decimal


def threshold(slo: Slo) -> Decimal:
    """Error ratio from which on a chunk is part of an incident."""
    return min((tier.factor for tier in slo.tiers), default=Decimal(1)) * slo.budget


def least_errors(slo: Slo) -> int:
    """Bad events below which a stretch is chance, by the slowest tier's own measure; seconds are never chance."""
    slowest = min(slo.tiers, key=lambda tier: tier.factor, default=None)
    return 1 if slowest is None or slo.counts_time else max(slowest.min_errors, 1)


def incidents(slo: Slo, chunks: Sequence[Chunk], over: Span, allowed: Decimal) -> tuple[Incident, ...]:
    """Return the incidents in the order in which they began; `allowed` are the bad events that the budget holds."""
    limit, least = threshold(slo), least_errors(slo)
    return tuple(
        Incident(
            start=stretch.start,
            end=stretch.end,
            errors=stretch.errors,
            events=stretch.events,
            share=stretch.errors / allowed,
            ongoing=over.now - stretch.end < CHUNK_SECONDS,
        )
        for stretch in _stretches(chunks, limit)
        if stretch.errors >= least and stretch.errors > limit * stretch.events
    )


def _stretches(chunks: Iterable[Chunk], limit: Decimal) -> list[_Stretch]:
    found: list[_Stretch] = []
    pause_errors, pause_events = Decimal(0), Decimal(0)
    for chunk in chunks:
        if chunk.errors <= limit * chunk.events:
            pause_errors, pause_events = pause_errors + chunk.errors, pause_events + chunk.events
            continue
        if found and chunk.end - CHUNK_SECONDS - found[-1].end <= PAUSE_SECONDS:
            last = found[-1]
            last.end = chunk.end
            last.errors += pause_errors + chunk.errors
            last.events += pause_events + chunk.events
        else:
            found.append(_Stretch(chunk.end - CHUNK_SECONDS, chunk.end, chunk.errors, chunk.events))
        pause_errors, pause_events = Decimal(0), Decimal(0)
    return found
