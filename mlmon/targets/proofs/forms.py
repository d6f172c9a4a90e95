"""How each form of a quantity is driven through a proof: its input in each state, and how soon a change shows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from mlmon.plan.moments import Age, TimeLeft
from mlmon.plan.quantities import Increase, Level, Mean, Quantile, Rate, Ratio, Variants
from mlmon.plan.trends import Hours, Slowdown, Trend
from mlmon.targets.proofs import trends
from mlmon.targets.proofs.buckets import at_or_below
from mlmon.targets.proofs.inputs import HUNDRED, Stream, bound, gauge, series_for
from mlmon.targets.proofs.numbers import numbers
from mlmon.targets.proofs.states import Form, Grid, Span, State
from mlmon.targets.proofs.window import AT_ONCE, Window

if TYPE_CHECKING:
    from mlmon.plan.conditions import Compare
    from mlmon.units import Duration

_LESS: Final = Decimal("0.3")
_PLENTY: Final = 2
_WINDOWED: Final = (Rate, Increase, Ratio, Quantile, Mean)


def form(item: Compare, grid: Grid) -> Form:
    """Return the way to drive a comparison."""
    match item.quantity:
        case Age() as age:
            return _ageing(item, age, grid)
        case TimeLeft() as left:
            return _running_out(item, left, grid)
        case Variants():
            return _several(item, grid)
        case Trend() | Slowdown():
            return trends.trending(item, grid)
        case Hours():
            return _added_up(item, grid)
        case Level(over=over) as level if over:
            return _smoothed(item, level, over, grid)
        case quantity if isinstance(quantity, _WINDOWED):
            return _windowed(item, grid)
        case _:
            return _steady(item)


def _steady(item: Compare) -> Form:
    """A quantity whose input does not change as long as its value does not, and which shows it at once."""
    found = numbers(item)

    @cache
    def made(state: State) -> tuple[Stream, ...]:
        return series_for(item.quantity, found.at(state))

    return Form(lambda state, span: made(state), lambda ticks: found.beyond, has_short=found.short != found.well)


def _margin(item: Compare, state: State) -> Decimal:
    """How far the condition is from holding; the mean over a window of mixed states is the mean of theirs."""
    sign, found = 1 if item.op == "above" else -1, numbers(item)
    if not isinstance(item.quantity, Quantile):
        return sign * (found.at(state) - found.edge)
    # A quantile is beyond the threshold when too few observations are below it, and counts do add up.
    counts = {dict(one.labels)["le"]: one.amount for one in series_for(item.quantity, found.at(state))}
    limit = item.threshold / bound(item.quantity.signal).scale
    return sign * (item.quantity.q * HUNDRED - at_or_below(counts, limit))


def _quieter(item: Compare, state: State) -> Decimal:
    """Beyond the threshold there is less traffic, so that a part and its whole over different windows would differ."""
    return _LESS if state is State.BEYOND and isinstance(item.quantity, Ratio | Mean | Quantile) else Decimal(1)


def _busier(item: Compare) -> Decimal:
    """Where a ratio must stand for many events, there are many times as many in every state, so that none is held."""
    if item.counted is None or not item.threshold:
        return Decimal(1)
    have = HUNDRED * _LESS * item.threshold * item.counted.window.seconds
    return max(Decimal(1), _PLENTY * native_least(item) / have)


def native_least(item: Compare) -> Decimal:
    """Return how much the counters of a ratio's part have to grow by in its window for the ratio to count."""
    return Decimal(item.at_least or 0) / (bound(item.counted.signal).scale if item.counted else 1)


def few(item: Compare, share: Decimal) -> tuple[Stream, ...]:
    """Return a ratio beyond its threshold of which the window holds a share of the events that it must stand for."""
    value = numbers(item).beyond
    weight = share * native_least(item) / (HUNDRED * value * item.quantity.window.seconds)
    return tuple(replace(one, amount=one.amount * weight) for one in series_for(item.quantity, value))


def _mixed(item: Compare, window: Window) -> Form:
    """A mean over the window: as the window moves on, the new state weighs more and more."""
    states = (State.WELL, State.SHORT, State.BEYOND)
    well, short, beyond = (_margin(item, state) * _quieter(item, state) for state in states)
    enter, leave = window.until(short, beyond), window.until(beyond, well)
    found = numbers(item)

    @cache
    def made(state: State) -> tuple[Stream, ...]:
        weight = _quieter(item, state) * _busier(item)
        return tuple(replace(one, amount=one.amount * weight) for one in series_for(item.quantity, found.at(state)))

    return replace(
        _steady(item), streams=lambda state, span: made(state), enter=enter, leave=leave, settled=window.settled
    )


def _windowed(item: Compare, grid: Grid) -> Form:
    """Counters: of as many samples as fit into the window one is needed to begin with."""
    return _mixed(item, _intervals(item, grid))


def _intervals(item: Compare, grid: Grid) -> Window:
    count = int(item.quantity.window.seconds / grid.spacing)
    return Window((count - 1, count), grid.per_tick)


def _several(item: Compare, grid: Grid) -> Form:
    """Label values with events: one that has none any more counts until its last event has left the window."""
    window = _intervals(item, grid)
    return replace(_steady(item), leave=window.passed(), settled=window.settled)


def _smoothed(item: Compare, level: Level, over: Duration, grid: Grid) -> Form:
    """A gauge over a window."""
    count = int(over.seconds / grid.spacing)
    window = Window((count, count + 1), grid.per_tick)
    steady = replace(_steady(item), settled=window.settled)
    if level.smooth == "avg":
        return _mixed(item, window)
    if level.smooth == "last":
        return replace(steady, leave=window.passed(), leaves_by=State.GONE)
    # Where the worst sample counts, it holds at once and ceases late; where the best one does, the other way about.
    if level.smooth == {"above": "max", "below": "min"}[item.op]:
        return replace(steady, leave=window.passed())
    return replace(steady, enter=window.passed(), leave=AT_ONCE)


def _running_out(item: Compare, left: TimeLeft, grid: Grid) -> Form:
    """A time stamp ahead: it comes nearer by itself. More time than the threshold is left of one set anew only."""
    step, limit, below = grid.step, item.threshold, item.op == "below"

    def stamp(state: State, span: Span) -> Decimal:
        begin, end = span.start * step, (span.start + span.ticks) * step
        if below:
            return {State.WELL: end + 2 * limit, State.SHORT: end + limit, State.BEYOND: begin + limit}[state]
        return {State.WELL: begin, State.SHORT: begin + limit, State.BEYOND: end + step + limit}[state]

    def streams(state: State, span: Span) -> tuple[Stream, ...]:
        return (gauge(left, left.signal, stamp(state, span)),)

    return Form(streams, lambda ticks: limit - ticks * step if below else None, has_short=True)


def _ageing(item: Compare, age: Age, grid: Grid) -> Form:
    """A time stamp: it ages by itself, so that the age passes the threshold while the input stays as it is."""
    step, limit, above = grid.step, item.threshold, item.op == "above"

    def stamp(state: State, span: Span) -> Decimal:
        begin, end = span.start * step, (span.start + span.ticks) * step
        if above:
            return {State.WELL: begin, State.SHORT: end - limit, State.BEYOND: begin - limit}[state]
        # What is to be younger than the threshold must not reach it while it lasts.
        return {State.WELL: begin - 2 * limit, State.SHORT: begin - limit, State.BEYOND: end + step - limit}[state]

    def streams(state: State, span: Span) -> tuple[Stream, ...]:
        return (gauge(age, age.signal, stamp(state, span)),)

    return Form(streams, lambda ticks: limit + ticks * step if above else None, has_short=True)


def _added_up(item: Compare, grid: Grid) -> Form:
    """A gauge that is looked at every few minutes for a day, and added up."""
    found = numbers(item)
    count = int(item.quantity.window.seconds / trends.EVERY)
    enter = trends.summed((found.short, found.beyond), found.edge, count, grid)
    leave = trends.summed((found.beyond, found.well), found.edge, count, grid)
    settled = int(item.quantity.window.seconds / grid.step) + 2
    return replace(_steady(item), value=lambda ticks: None, enter=enter, leave=leave, settled=settled)
