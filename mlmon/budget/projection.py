"""Projects when a budget will be used up, as a range: what burns now goes on for a while, then days come as they came.

A future begins with what was observed last: what the last 6 hours did goes on for 6 hours, what the last 3 days did for
3 days. After that each day is one of those that were observed, drawn at random; that spread is what the range shows.
Half of the futures begin with the 6 hours, half with the 3 days. The draws are always the same ones, so that the same
data give the same answer. In a rolling period what is old leaves the budget as the future enters it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from mlmon.budget.model import Projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.budget.model import Chunk, Span

FUTURES: Final = 400
STEP: Final = 3 * 3600
"""Seconds between the moments at which a future is looked at; a whole number of chunks."""
SHORT: Final = 6 * 3600
LONG: Final = 3 * 86400
DAY: Final = 86400
LEAST_DAYS: Final = 3
"""With fewer measured days there is no variation to speak of, and no projection."""
_SEED: Final = 1
_SLOTS: Final = DAY // STEP

Flow = tuple[float, float]
"""Bad events and events, of one step."""


def project(chunks: Sequence[Chunk], over: Span, budget: Decimal) -> Projection | None:
    """Return when the budget (a share of events) will be used up; None with too little data to say."""
    slots = _slots(chunks, over)
    days = [slots[at : at + _SLOTS] for at in range(len(slots) % _SLOTS, len(slots), _SLOTS)]
    measured = [day for day in days if sum(events for _, events in day) > 0]
    if len(measured) < LEAST_DAYS:
        return None
    rolling = over.end == over.now
    horizon = over.now - over.start if rolling else over.end - over.now
    future = _Future(slots, measured, rolling, float(budget), horizon // STEP)
    draw = random.Random(_SEED)  # noqa: S311  a fixed sequence is what is wanted
    found = sorted(future.run(draw, start_short=number % 2 == 0) for number in range(FUTURES))
    return Projection(
        early=_seconds(found, 10),
        middle=_seconds(found, 50),
        late=_seconds(found, 90),
        likelihood=Decimal(sum(step < _NEVER for step in found)) / FUTURES,
        horizon=horizon,
    )


_NEVER: Final = 10**9


def _seconds(found: Sequence[int], percent: int) -> int | None:
    step = found[(len(found) - 1) * percent // 100]
    return step * STEP if step < _NEVER else None


def _slots(chunks: Sequence[Chunk], over: Span) -> list[Flow]:
    """Add the chunks up in steps that end now, the oldest first."""
    count = -(-over.elapsed // STEP)
    errors, events = [0.0] * count, [0.0] * count
    for chunk in chunks:
        at = count - 1 - (over.now - chunk.end) // STEP
        if 0 <= at < count:
            errors[at] += float(chunk.errors)
            events[at] += float(chunk.events)
    return list(zip(errors, events, strict=True))


@dataclass
class _Future:
    """Draws futures of one budget, from its past in steps."""

    past: list[Flow]
    days: list[list[Flow]]
    rolling: bool
    budget: float
    steps: int

    def __post_init__(self) -> None:
        self.errors_before = [0.0, *accumulate(errors for errors, _ in self.past)]
        self.events_before = [0.0, *accumulate(events for _, events in self.past)]
        # At night the last 6 hours have few events; their share of bad ones goes on, at the usual traffic.
        measured = [events for _, events in self.past if events > 0]
        self.usual = sum(measured) / len(measured)
        self.short, self.long = self._recent(SHORT), self._recent(LONG)

    def _recent(self, seconds: int) -> Flow:
        recent = self.past[-(seconds // STEP) :]
        errors, events = sum(item[0] for item in recent), sum(item[1] for item in recent)
        return (self.usual * errors / events if events else 0.0, self.usual)

    def run(self, draw: random.Random, *, start_short: bool) -> int:
        """Return after how many steps nothing is left, or _NEVER."""
        errors, events, day = self.errors_before[-1], self.events_before[-1], self.days[0]
        for step in range(self.steps):
            if start_short and step < SHORT // STEP:
                flow = self.short
            elif step < LONG // STEP:
                flow = self.long
            else:
                if step % _SLOTS == 0:
                    day = self.days[int(draw.random() * len(self.days))]
                flow = day[step % _SLOTS]
            errors, events = errors + flow[0], events + flow[1]
            gone = min(step + 1, len(self.past)) if self.rolling else 0
            left_errors, left_events = errors - self.errors_before[gone], events - self.events_before[gone]
            if left_errors >= self.budget * left_events > 0:
                return step + 1
        return _NEVER


def burn(chunks: Sequence[Chunk], over: Span, seconds: int, budget: Decimal) -> Decimal | None:
    """How many times faster than evenly the budget burned over the last seconds; None without events."""
    recent = [chunk for chunk in chunks if chunk.end > over.now - seconds]
    events = sum((chunk.events for chunk in recent), Decimal(0))
    errors = sum((chunk.errors for chunk in recent), Decimal(0))
    return errors / events / budget if events else None
