"""How each form of a quantity is driven through a proof: its input in each state, and how soon a change shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from mlmon.plan.quantities import Age, Increase, Level, Mean, PerRate, Quantile, Quantity, Rate, Ratio, Variants
from mlmon.targets.proofs.buckets import at_or_below
from mlmon.targets.proofs.inputs import HUNDRED, Stream, bound, gauge, series_for
from mlmon.targets.proofs.numbers import Numbers, numbers
from mlmon.targets.proofs.window import AT_ONCE, Lag, Window

if TYPE_CHECKING:
    from mlmon.plan.conditions import Compare

_WINDOWED = (Rate, Increase, Ratio, Quantile, Mean)


class State(Enum):
    """Where a quantity stands."""

    WELL = "healthy"
    SHORT = "just short of the threshold"
    BEYOND = "just beyond the threshold"
    GONE = "without any series"


@dataclass(frozen=True)
class Grid:
    """Seconds between two evaluations, and between two samples."""

    step: Decimal
    spacing: Decimal

    @property
    def per_tick(self) -> int:
        """Samples between two evaluations."""
        return int(self.step / self.spacing)


@dataclass(frozen=True)
class Span:
    """A stretch of the proof during which nothing is changed: ticks after the start, and how many."""

    start: int
    ticks: int


class Form(Protocol):
    """One comparison, driven through the states."""

    @property
    def enter(self) -> Lag:
        """When it holds after it has gone from SHORT to BEYOND."""

    @property
    def leave(self) -> Lag:
        """When it no longer holds after BEYOND."""

    @property
    def settled(self) -> int:
        """Ticks after which nothing of an earlier state can be seen."""

    @property
    def leaves_by(self) -> State:
        """The state that shows best how it ceases to hold."""

    @property
    def has_short(self) -> bool:
        """Whether anything lies between healthy and beyond."""

    def streams(self, state: State, span: Span) -> tuple[Stream, ...]:
        """Return the input of a stretch."""

    def value(self, ticks: int) -> Decimal:
        """Return the quantity so many ticks after it has gone beyond, when it has settled."""


@dataclass(frozen=True)
class Steady:
    """A quantity whose input does not change as long as its value does not."""

    item: Compare
    grid: Grid

    @property
    def numbers(self) -> Numbers:
        return numbers(self.item)

    @property
    def quantity(self) -> Quantity:
        return self.item.quantity

    @property
    def has_short(self) -> bool:
        return self.numbers.short != self.numbers.well

    def streams(self, state: State, span: Span) -> tuple[Stream, ...]:
        del span
        if state is State.GONE:
            return ()
        return series_for(self.quantity, self._number(state))

    def _number(self, state: State) -> Decimal:
        found = self.numbers
        return {State.WELL: found.well, State.SHORT: found.short, State.BEYOND: found.beyond}[state]

    def value(self, ticks: int) -> Decimal:
        del ticks
        return self.numbers.beyond

    @property
    def enter(self) -> Lag:
        return AT_ONCE

    @property
    def leave(self) -> Lag:
        return AT_ONCE

    @property
    def settled(self) -> int:
        return 2

    @property
    def leaves_by(self) -> State:
        return State.WELL

    def margin(self, state: State) -> Decimal:
        """How far the condition is from holding; the mean over a window of mixed states is the mean of theirs."""
        sign = 1 if self.item.op == "above" else -1
        return sign * (self._number(state) - self.numbers.edge)

    def samples(self, window: Decimal) -> int:
        return int(window / self.grid.spacing)


@dataclass(frozen=True)
class Windowed(Steady):
    """Counters over a window: as the window moves on, the new rates weigh more and more."""

    @property
    def window(self) -> Window:
        intervals = self.samples(self.quantity.window.seconds)
        return Window((intervals - 1, intervals), self.grid.per_tick)

    @property
    def enter(self) -> Lag:
        return self.window.until(self.margin(State.SHORT), self.margin(State.BEYOND))

    @property
    def leave(self) -> Lag:
        return self.window.until(self.margin(State.BEYOND), self.margin(State.WELL))

    @property
    def settled(self) -> int:
        return self.window.settled

    def margin(self, state: State) -> Decimal:
        if not isinstance(self.quantity, Quantile):
            return super().margin(state)
        scale, sign = bound(self.quantity.signal).scale, 1 if self.item.op == "above" else -1
        counts = {dict(one.labels)["le"]: one.amount for one in self.streams(state, Span(0, 0))}
        return sign * (self.quantity.q * HUNDRED - at_or_below(counts, self.item.threshold / scale))


@dataclass(frozen=True)
class Smoothed(Steady):
    """A gauge over a window."""

    @property
    def level(self) -> Level:
        assert isinstance(self.quantity, Level)
        return self.quantity

    @property
    def window(self) -> Window:
        over = self.level.over
        count = self.samples(over.seconds) if over else 1
        return Window((count, count + 1), self.grid.per_tick)

    @property
    def lingers(self) -> bool:
        """Whether the worst sample of the window counts, so that it holds at once and ceases late."""
        return self.level.smooth == {"above": "max", "below": "min"}[self.item.op]

    @property
    def enter(self) -> Lag:
        if self.level.smooth == "avg":
            return self.window.until(self.margin(State.SHORT), self.margin(State.BEYOND))
        return AT_ONCE if self.lingers or self.level.smooth == "last" else self.window.passed()

    @property
    def leave(self) -> Lag:
        if self.level.smooth == "avg":
            return self.window.until(self.margin(State.BEYOND), self.margin(State.WELL))
        return self.window.passed() if self.lingers or self.level.smooth == "last" else AT_ONCE

    @property
    def settled(self) -> int:
        return self.window.settled

    @property
    def leaves_by(self) -> State:
        return State.GONE if self.level.smooth == "last" else State.WELL


@dataclass(frozen=True)
class Several(Steady):
    """Label values with events: one that has none any more counts until its last event has left the window."""

    @property
    def window(self) -> Window:
        intervals = self.samples(self.quantity.window.seconds)
        return Window((intervals - 1, intervals), self.grid.per_tick)

    @property
    def leave(self) -> Lag:
        return self.window.passed()

    @property
    def settled(self) -> int:
        return self.window.settled


@dataclass(frozen=True)
class Ageing(Steady):
    """A time stamp: it ages by itself, so that the age passes the threshold while the input stays as it is."""

    def streams(self, state: State, span: Span) -> tuple[Stream, ...]:
        if state is State.GONE:
            return ()
        assert isinstance(self.quantity, Age)
        return (gauge(self.quantity, self.quantity.signal, self._stamp(state, span)),)

    def _stamp(self, state: State, span: Span) -> Decimal:
        step, limit = self.grid.step, self.item.threshold
        begin, end = span.start * step, (span.start + span.ticks) * step
        if self.item.op == "above":
            return {State.WELL: begin, State.SHORT: end - limit, State.BEYOND: begin - limit}[state]
        # What is to be younger than the threshold must not reach it while it lasts.
        return {State.WELL: begin - 2 * limit, State.SHORT: begin - limit, State.BEYOND: end + step - limit}[state]

    def value(self, ticks: int) -> Decimal:
        return self.item.threshold + ticks * self.grid.step


def form(item: Compare, grid: Grid) -> Form:
    """Return the way to drive a comparison."""
    match item.quantity:
        case Age():
            return Ageing(item, grid)
        case Variants():
            return Several(item, grid)
        case Level(over=over) if over:
            return Smoothed(item, grid)
        case PerRate():
            return Steady(item, grid)
        case quantity if isinstance(quantity, _WINDOWED):
            return Windowed(item, grid)
        case _:
            return Steady(item, grid)
