"""Chunks of made-up months, in whole numbers, so that what the report should say can be added up by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from mlmon.budget.model import CHUNK_SECONDS, Chunk, Span
from mlmon.plan.slo import Slo
from tests.support.compiled import HEAD, RUNTIME, plan_of

NOW = 1_774_872_000  # 2026-03-30 12:00 UTC
DAY = 86_400
HOUR = 3_600

Counts = Callable[[int], tuple[int, int] | None]
"""Bad events and events of the chunk that ends at a moment; None where it was not recorded."""


@dataclass(frozen=True)
class Outage:
    """`share` percent of the events between two moments are bad."""

    start: int
    end: int
    share: int


def month(*outages: Outage, steady: int = 1, events: int = 3_000, gaps: tuple[tuple[int, int], ...] = ()) -> Counts:
    """`events` in every chunk, of which `steady` are bad, more during outages, and nothing known of the gaps."""

    def counts(end: int) -> tuple[int, int] | None:
        if any(start < end <= until for start, until in gaps):
            return None
        share = max((item.share for item in outages if item.start < end <= item.end), default=0)
        return max(events * share // 100, steady), events

    return counts


def chunks(counts: Counts, over: Span) -> tuple[Chunk, ...]:
    """The chunks of a span."""
    moments = range(over.start + CHUNK_SECONDS, over.now + 1, CHUNK_SECONDS)
    found = ((end, counts(end)) for end in moments)
    return tuple(Chunk(end, Decimal(pair[0]), Decimal(pair[1])) for end, pair in found if pair)


@cache
def slos(folder: Path, *entries: str) -> tuple[Slo, ...]:
    """The SLOs of a small service."""
    listed = "\n".join(f"  - {entry}" for entry in entries)
    return plan_of(folder, f"{HEAD}{RUNTIME}slos:\n{listed}\n").services[0].slos
