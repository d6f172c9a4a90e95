"""Turns chunks into budgets and budgets into verdicts; pure, exact, and without a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.budget.incidents import incidents
from mlmon.budget.model import CHUNK_SECONDS, Budget, Burn, Chunk, Day, Entry, Span, Unmeasured, Verdict
from mlmon.budget.projection import burn, project
from mlmon.units import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.budget.history import Group
    from mlmon.plan.slo import Slo

BURN_HOURS: Final = (6, 72)
NO_RULES: Final = "Prometheus has no recorded chunks of this SLO in the period"
NO_EVENTS: Final = "no events were counted in the period"


def entry(slo: Slo, group: Group, span: Span, chunks: Sequence[Chunk]) -> Entry:
    """Compute one budget; without events there is none, neither a full nor an empty one."""
    errors = sum((chunk.errors for chunk in chunks), Decimal(0))
    events = sum((chunk.events for chunk in chunks), Decimal(0))
    if not events:
        return Unmeasured(slo, group, span, NO_EVENTS if chunks else NO_RULES)
    allowed = slo.budget * events
    return Budget(
        slo=slo,
        group=group,
        span=span,
        chunks=tuple(chunks),
        errors=errors,
        events=events,
        coverage=_coverage(chunks, span),
        days=_days(chunks, span, allowed),
        incidents=incidents(slo, chunks, span, allowed),
        burns=tuple(Burn(hours, burn(chunks, span, hours * 3600, slo.budget)) for hours in BURN_HOURS),
        projection=project(chunks, span, slo.budget) if errors < allowed else None,
    )


def _coverage(chunks: Sequence[Chunk], span: Span) -> Decimal:
    """Share of the time so far that is recorded."""
    expected = span.elapsed // CHUNK_SECONDS
    return min(Decimal(len(chunks)) / expected, Decimal(1)) if expected else Decimal(0)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment, UTC).date()


def _days(chunks: Sequence[Chunk], span: Span, allowed: Decimal) -> tuple[Day, ...]:
    """Every day that the period touches, also those of which nothing was recorded."""
    errors: dict[date, Decimal] = {}
    events: dict[date, Decimal] = {}
    for chunk in chunks:
        day = _day(chunk.end - 1)
        errors[day] = errors.get(day, Decimal(0)) + chunk.errors
        events[day] = events.get(day, Decimal(0)) + chunk.events
    first, last = _day(span.start), _day(max(span.now - 1, span.start))
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(
        Day(day, errors.get(day, Decimal(0)), events.get(day), errors.get(day, Decimal(0)) / allowed) for day in every
    )


def verdict(item: Entry, min_budget: Decimal | None) -> Verdict:
    """Judge by the policy: no release while nothing is left, or less than `min_budget` (a share).

    What is not measured passes without a minimum, since nothing is known to be wrong, and fails with one, since nobody
    can say that it is met.
    """
    if isinstance(item, Unmeasured):
        if min_budget is None:
            return Verdict(item, False, "not measured")
        return Verdict(item, True, f"not measured, so nobody can say that {percent(min_budget)} of the budget is left")
    if item.left <= 0:
        return Verdict(item, True, "the budget is spent")
    if min_budget is not None and item.left < min_budget:
        return Verdict(item, True, f"less than {percent(min_budget)} of the budget is left")
    if item.is_stale:
        since = datetime.fromtimestamp(item.chunks[-1].end, UTC)
        return Verdict(item, min_budget is not None, f"no longer measured since {since:%Y-%m-%d %H:%M} UTC")
    return Verdict(item, False, "there is budget left")
