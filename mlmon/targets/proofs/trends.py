"""How quantities over hours are driven through a proof: gauges that rise or fall in a straight line."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.trends import Slope, Slowdown, TimeToFull, TimeToZero
from mlmon.targets.proofs.inputs import Stream, bound, counter, gauge, series_for
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.numbers import numbers
from mlmon.targets.proofs.states import Form, Grid, Span, State
from mlmon.targets.proofs.window import Lag, Window

if TYPE_CHECKING:
    from mlmon.plan.conditions import Compare
    from mlmon.plan.trends import Trend

EVERY: Final = Decimal(300)
"""Seconds between two looks of a quantity that adds up a day."""
_RUN, _FAR, _DAYS, _HALF = Decimal(100), 10, 2, Decimal("0.5")
_MORE: Final = 4


def _old(item: Trend, grid: Grid) -> int:
    """Ticks until a series is old enough to count, and nothing before a change is seen."""
    return -int(-item.age.seconds // grid.step) + 1


def trending(item: Compare, grid: Grid) -> Form:
    """Return the way to drive a comparison of a trend, or of what is slower than usual."""
    match item.quantity:
        case Slope() as slope:
            return _sloping(item, slope, grid)
        case TimeToFull() as full:
            return _filling(item, full, grid)
        case TimeToZero() as zero:
            return _emptying(item, zero, grid)
        case Slowdown() as slower:
            return _slowing(item, slower, grid)
        case other:
            raise UnknownInputError(f"no input is known for {other.form}")


def _sloping(item: Compare, slope: Slope, grid: Grid) -> Form:
    """A steady growth that becomes steeper: the line through the samples follows faster, the more of them are new."""
    found = numbers(item)

    def streams(state: State, span: Span) -> tuple[Stream, ...]:
        del span
        return series_for(slope, found.at(state))

    count = int(slope.window.seconds / grid.spacing)
    changes = ((found.short, found.beyond), (found.beyond, found.well))
    enter, leave = (_turns(before, after, found.edge, count, grid) for before, after in changes)
    return Form(
        streams, lambda ticks: found.beyond, has_short=True, enter=enter, leave=leave, settled=_old(slope, grid)
    )


def _turns(before: Decimal, after: Decimal, edge: Decimal, count: int, grid: Grid) -> Lag:
    """Return when the slope passes the edge; a sample more on either side, since rounding decides a tie."""
    needed = [_new(before, after, edge, samples) for samples in (count, count + 1)]
    window = Window((count, count + 1), grid.per_tick)
    return Lag(max(window.ticks(max(min(needed) - 1, 1)), 1), window.ticks(max(needed) + 1))


def _new(before: Decimal, after: Decimal, edge: Decimal, samples: int) -> int:
    """Return how many of the samples have to be new; least squares by the formula, not by fitting."""
    weights = range(1 - samples, samples, 2)
    norm = sum(weight * weight for weight in weights)
    for new in range(1, samples + 1):
        turned = 2 * sum(index * weight for index, weight in enumerate(weights[samples - 1 - new :]))
        if (before - edge + (after - before) * turned / norm) * (after - before) > 0:
            return new
    return samples


def _filling(item: Compare, full: TimeToFull, grid: Grid) -> Form:
    """One gauge grows by 1 a second all the time; the limit is moved, so that the time left passes the threshold."""
    left, base = item.threshold, _FAR * item.threshold

    def limit(state: State, span: Span) -> Decimal:
        begin, end = base + span.start * grid.step, base + (span.start + span.ticks) * grid.step
        # Half an evaluation away from the threshold, so that no rounding decides.
        near = left + grid.step * _HALF
        return {State.WELL: end + 2 * left, State.SHORT: end + near, State.BEYOND: begin + near}[state]

    def streams(state: State, span: Span) -> tuple[Stream, ...]:
        used = replace(gauge(full, full.used, base + span.start * grid.step), slope=1 / bound(full.used).scale)
        return used, gauge(full, full.limit, limit(state, span))

    return Form(streams, lambda ticks: None, has_short=True, settled=_old(full, grid))


def _emptying(item: Compare, zero: TimeToZero, grid: Grid) -> Form:
    """A gauge falls by 1 a second until little is left; it is healthy until the last moment before the threshold."""
    settled = _old(zero, grid)
    whole = item.threshold + (settled + _HALF) * grid.step

    def streams(state: State, span: Span) -> tuple[Stream, ...]:
        if state is State.WELL and span.start:
            return (gauge(zero, zero.left, whole * _FAR),)
        one = gauge(zero, zero.left, whole - span.start * grid.step)
        return (replace(one, slope=-1 / bound(zero.left).scale),)

    return Form(streams, lambda ticks: None, has_short=False, settled=settled, leaves_by=State.GONE)


def _slowing(item: Compare, slower: Slowdown, grid: Grid) -> Form:
    """Runs that take much longer from one moment on: when the mean of a day passes the threshold tells where it is.

    A stretch just short of it would itself become what is usual.
    """
    after = _MORE * item.threshold
    count = int(slower.window.seconds / grid.spacing)
    window = Window((count - 1, count), grid.per_tick)

    def streams(state: State, span: Span) -> tuple[Stream, ...]:
        del span
        longer = after if state is State.BEYOND else Decimal(0)
        return counter(slower, slower.total, _RUN * (1 + longer)), counter(slower, slower.count, Decimal(1))

    settled = int(_DAYS * slower.window.seconds / grid.step)
    enter = window.until(-item.threshold, after - item.threshold)
    return Form(
        streams, lambda ticks: None, has_short=False, enter=enter, leave=Lag(1, window.settled), settled=settled
    )


def summed(change: tuple[Decimal, Decimal], edge: Decimal, count: int, grid: Grid) -> Lag:
    """Return when a sum passes the edge; promtool 2 adds up one sample more than promtool 3, and so more than a day."""
    before, after = change
    needed = [(edge * count - size * before) / (after - before) for size in (count, count + 1)]
    first, last = (int(samples * EVERY / grid.step) for samples in (min(needed), max(needed)))
    return Lag(max(first - 1, 1), last + 3)
