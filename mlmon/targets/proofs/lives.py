"""Lives of scraped processes: restarts, gaps, removals and births, and how many events each of their samples adds.

What is counted follows from what happened to the process, not from the rules, which have to come to the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

_OLD: Final = 400
"""What a counter has reached before anybody looks, in units of what one sample adds."""
_OLDER, _BORN = 5000, 7
FEW_TICKS, ROUND, AGAIN, ENDING, LEFT = 4, 10, 14, 18, 6
"""Ticks: of the first event of a late counter, of what happens within and between evaluations, and of departures."""


@dataclass(frozen=True)
class Clock:
    """Samples in a tick, how many of the newest ones the rules leave out, and the ticks of two absences."""

    per_tick: int
    delay: int
    short_absence: int
    long_absence: int

    def first(self, tick: int) -> int:
        """Return the index of the oldest sample that a tick is the first to see."""
        return (tick - 1) * self.per_tick - self.delay + 1

    @property
    def back(self) -> int:
        """The tick that sees the end of the short absence."""
        return LEFT + self.short_absence

    @property
    def late(self) -> int:
        """The tick that sees the end of the long absence."""
        return LEFT + self.long_absence

    @property
    def end(self) -> int:
        """How many samples there are."""
        return self.first(self.late + 4)


@dataclass(frozen=True)
class Run:
    """Samples one after the other, each of which shows `seen` events for the first time.

    They go up by 1 from `value`, stay at it where that is 0, or are not there: None. All is in units of what one sample
    adds to the counter.
    """

    begin: int
    end: int
    value: int | None
    seen: int


@dataclass
class Course:
    """A counter from its first sample to its last, stretch by stretch."""

    runs: list[Run] = field(default_factory=list)
    _at: int = 0

    @property
    def length(self) -> int:
        """How many samples there are."""
        return self.runs[-1].end if self.runs else 0

    @property
    def is_seen(self) -> bool:
        """Whether it is scraped at all."""
        return any(run.value is not None for run in self.runs)

    def appear(self, value: int, *, counted: bool) -> Course:
        """Add a sample that is not a continuation."""
        self._at = value
        return self._add(self.length + 1, value, value if counted else 0)

    def run(self, end: int, *, counted: bool = True) -> Course:
        """Go on counting up to an index."""
        more = max(end - self.length, 0)
        self._add(end, self._at + 1, int(counted))
        self._at += more
        return self

    def unknown(self, value: int, end: int) -> Course:
        """Appear with a value of unknown age up to an index, at which the first evaluation knows it; it counts none."""
        return self.appear(value, counted=False).run(end, counted=False)

    def down(self, end: int) -> Course:
        """Stand at 0 up to an index."""
        return self._add(end, 0, 0)

    def missing(self, end: int) -> Course:
        """Be away up to an index, without counting."""
        return self._add(end, None, 0)

    def restart(self, end: int) -> Course:
        """Begin at zero, and count up to an index."""
        return self.appear(1, counted=True).run(end)

    def between(self, first: int, end: int) -> int:
        """Return how many events the samples of a stretch show."""
        return sum(run.seen * max(min(end, run.end) - max(first, run.begin), 0) for run in self.runs)

    def _add(self, end: int, value: int | None, seen: int) -> Course:
        if end > self.length:
            self.runs.append(Run(self.length, end, value, seen))
        return self


@dataclass(frozen=True)
class Life:
    """A process: its name, by which a label tells it from others of that name, when it was up, and its counter.

    `counter` is given the index at which it is first exposed: 0, or later for one that exists from its first event on.
    """

    name: str
    label: str
    up: Course
    counter: Callable[[int], Course]


def lives(clock: Clock, *, newborn: bool, within: bool) -> Iterator[Life]:
    """Yield all lives.

    `newborn` says whether a counter that appears on a known target counts from zero, `within` whether restarts between
    two evaluations are noticed.
    """
    yield from _restarting(clock, newborn=newborn, within=within)
    yield from _leaving(clock, newborn=newborn, within=within)
    yield from _discovered(clock, newborn=newborn)
    yield from _relabelled(clock)


def _start(begin: int, *, newborn: bool) -> Course:
    if not begin:
        return Course().appear(_OLD, counted=False)
    return Course().missing(begin).appear(1, counted=newborn)


def _up(clock: Clock, begin: int = 0, end: int | None = None) -> Course:
    up = Course().missing(begin)
    return up.run(clock.end if end is None else end)


def _restarting(clock: Clock, *, newborn: bool, within: bool) -> Iterator[Life]:
    """One that never restarts, and one that does: early and late in an evaluation, and between two of them."""
    yield Life("steady", "", _up(clock), lambda begin: _start(begin, newborn=newborn).run(clock.end))

    def restarted(begin: int) -> Course:
        course = _start(begin, newborn=newborn)
        if within:
            course.run(clock.first(ROUND) + 1).restart(clock.first(AGAIN) - 1)
        # No sample stands on the edge of both evaluations: Prometheus 2 would count it to either.
        course.run(clock.first(AGAIN) - 1).missing(clock.first(AGAIN) + 1).restart(clock.first(ENDING + 1) - 1)
        return (course.restart(clock.end) if within else course).run(clock.end)

    yield Life("restarted", "", _up(clock), restarted)


def _leaving(clock: Clock, *, newborn: bool, within: bool) -> Iterator[Life]:
    """Those that are removed, and those that are away for a while: short enough to be continued, or too long."""
    gone = clock.first(ROUND) + 2
    yield Life(
        "removed", "", _up(clock, 0, gone), lambda begin: _start(begin, newborn=newborn).run(gone).missing(clock.end)
    )
    if within:
        yield Life(
            "restarted-and-removed",
            "",
            _up(clock, 0, gone + 1),
            lambda begin: _start(begin, newborn=newborn).run(gone - 1).restart(gone + 1).missing(clock.end),
        )
    left = clock.first(LEFT) + 2
    back, late = clock.first(clock.back) + 1, clock.first(clock.late) + 1
    for name, returns in (("away", back), ("lost", late)):

        def returned(begin: int, returns: int = returns) -> Course:
            course = _start(begin, newborn=newborn).run(left).missing(returns)
            return (
                course.run(clock.end)
                if returns == back
                else course.unknown(_OLDER, clock.first(clock.late + 1)).run(clock.end)
            )

        yield Life(name, "", _up(clock, 0, left).missing(returns).run(clock.end), returned)
    # One that has not answered for so long might have counted at any time.
    yield Life(
        "unreachable",
        "",
        _up(clock, 0, left).down(late).run(clock.end),
        lambda begin: Course().missing(late).unknown(_OLDER, clock.first(clock.late + 1)).run(clock.end),
    )
    # A target that has come back is known, and a counter that it did not have before counts from zero.
    yield Life(
        "away", "born", Course(), lambda begin: Course().missing(back).appear(_BORN, counted=newborn).run(clock.end)
    )


def _discovered(clock: Clock, *, newborn: bool) -> Iterator[Life]:
    """A new target, whose counters may be of any age; those that appear afterwards have counted from zero."""
    found, born = clock.first(ROUND) - 2, clock.first(ROUND)
    up = _up(clock, found)
    yield Life(
        "discovered", "", up, lambda begin: Course().missing(found).unknown(_OLDER, clock.first(ROUND)).run(clock.end)
    )
    yield Life(
        "discovered",
        "born",
        Course(),
        lambda begin: Course().missing(born).appear(_BORN, counted=newborn).run(born + 4),
    )
    just = clock.first(AGAIN) + 1
    yield Life(
        "just-discovered",
        "",
        _up(clock, just),
        lambda begin: Course().missing(just).unknown(_OLDER, clock.first(AGAIN + 1)).run(clock.end),
    )


def _relabelled(clock: Clock) -> Iterator[Life]:
    """Targets that go by other labels on a known address: what they bring has been counted under the old ones."""
    left, late = clock.first(LEFT) + 2, clock.first(clock.late) + 1
    yield Life("relabelled", "known", _up(clock, 0, late), lambda begin: Course())
    yield Life(
        "relabelled",
        "again",
        _up(clock, 0, left).missing(late).run(clock.end),
        lambda begin: Course().missing(late).unknown(_OLDER, clock.first(clock.late + 1)).run(clock.end),
    )
    for name, tick, place in (("early", ROUND, 0), ("ending", AGAIN, clock.per_tick - 1)):
        begun = clock.first(tick) + place
        yield Life(
            "relabelled",
            name,
            _up(clock, begun, begun + 1),
            lambda begin, begun=begun: Course().missing(begun).appear(_OLDER, counted=False),  # type: ignore[misc]
        )
