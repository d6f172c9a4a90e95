"""How burn-rate alerts decide, as arithmetic over the counts of scrapes: mlmon's rules and those of its peers.

Whole days are judged at once by sums up to each scrape; what a window holds is the difference of two of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from operator import sub

TICK = 30
"""Seconds between evaluations."""


@dataclass(frozen=True)
class Pair:
    """Two windows (seconds) that both have to burn `factor` times as fast as the budget may."""

    severity: str
    short: int
    long: int
    factor: float
    min_errors: int = 0
    hold: int = 0
    """Seconds for which the condition must hold before it notifies (`for`)."""


@dataclass(frozen=True)
class Arithmetic:
    """One tool's rules."""

    name: str
    pairs: tuple[Pair, ...]
    delay: int = 0
    """Seconds by which it looks behind the present."""
    extrapolates: bool = True
    """`rate()` knows nothing of what came before the first scrape of its window."""
    fails_open: bool = False
    """A short window without any events leaves the alert on."""
    chunk: int = 0
    """Windows from `chunked` on move in steps of this many evaluations; 0 if all move with every one."""
    chunked: int = 0


@dataclass(frozen=True)
class Scrapes:
    """Events and failed events that each scrape was the first to show; an evaluation is `phase` seconds after one."""

    events: list[int]
    errors: list[int]
    every: int
    phase: float = 0.0

    @property
    def ticks(self) -> int:
        """Number of evaluations."""
        return len(self.events) * self.every // TICK


def firing(rules: Arithmetic, scrapes: Scrapes, budget: float) -> dict[str, list[bool]]:
    """For every evaluation, whether an alert of each severity fires."""
    reader = _Reader(rules, scrapes)
    found: dict[str, list[bool]] = {}
    for pair in rules.pairs:
        active = _held(reader.active(pair, pair.factor * budget), pair.hold // TICK)
        before = found.get(pair.severity)
        found[pair.severity] = (
            active if before is None else [one or other for one, other in zip(before, active, strict=True)]
        )
    return found


@dataclass
class _Reader:
    rules: Arithmetic
    scrapes: Scrapes

    def __post_init__(self) -> None:
        self.sums = [[0, *accumulate(counts)] for counts in (self.scrapes.errors, self.scrapes.events)]
        self.cache: dict[tuple[int, int], list[int]] = {}

    def active(self, pair: Pair, limit: float) -> list[bool]:
        long_errors, long_events = self.within(0, pair.long), self.within(1, pair.long)
        short_errors, short_events = self.within(0, pair.short), self.within(1, pair.short)
        least, is_open = max(pair.min_errors, 1), self.rules.fails_open
        judged = zip(long_errors, long_events, short_errors, short_events, strict=True)
        return [
            bad >= least and bad / every > limit and (late_bad / late > limit if late else is_open)
            for bad, every, late_bad, late in judged
        ]

    def within(self, which: int, seconds: int) -> list[int]:
        """What the window of each evaluation holds of errors (0) or events (1)."""
        key = (which, seconds)
        if key not in self.cache:
            made = self._moving(self.sums[which], seconds)
            self.cache[key] = self._in_chunks(made) if self.rules.chunk and seconds >= self.rules.chunked else made
        return self.cache[key]

    def _moving(self, sums: list[int], seconds: int) -> list[int]:
        every, step = self.scrapes.every, max(TICK // self.scrapes.every, 1)
        unseen = int(-((self.scrapes.phase - self.rules.delay) // every))
        length = seconds // every - (1 if self.rules.extrapolates else 0)
        newest = [0] * unseen + sums
        oldest = [0] * (unseen + length) + sums
        return list(map(sub, newest[step::step], oldest[step::step]))[: self.scrapes.ticks]

    def _in_chunks(self, moving: list[int]) -> list[int]:
        size = self.rules.chunk
        # The newest chunk ends one evaluation before it is made.
        return [moving[max(number // size * size - 1, 0)] for number in range(len(moving))]


def _held(active: Iterable[bool], ticks: int) -> list[bool]:
    since, found = 0, []
    for one in active:
        since = since + 1 if one else 0
        found.append(since > ticks)
    return found


def episodes(flags: Iterable[bool]) -> int:
    """How often an alert begins."""
    before, count = False, 0
    for now in flags:
        count += now and not before
        before = now
    return count
