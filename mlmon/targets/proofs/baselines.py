"""Proves comparisons with the past: weeks of history first, which have to be the ones that decide.

They are evaluated every half hour at most, which is what makes weeks affordable; `for` is a multiple of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.baselines import Decline, Growth, Seasonal, Shift
from mlmon.plan.quantities import DAY, FIVE_MINUTES, WEEK, Rate
from mlmon.targets.proofs.expected import instance, labels
from mlmon.targets.proofs.grids import grid
from mlmon.targets.proofs.inputs import HUNDRED, Stream, counter, gauge, group_in
from mlmon.targets.proofs.numbers import Numbers, numbers
from mlmon.targets.proofs.proof import Check, Proof, Step, firing, labelled, not_firing, silent, ticks
from mlmon.targets.proofs.siblings import Siblings
from mlmon.targets.proofs.states import Grid, Span
from mlmon.targets.proofs.timeline import Stretch, written
from mlmon.targets.proofs.window import Lag, Window

if TYPE_CHECKING:
    from mlmon.plan.conditions import Compare
    from mlmon.plan.model import Alert, Outputs, ServicePlan
    from mlmon.plan.quantities import Quantity

BASELINES: Final = (Shift, Decline, Growth, Seasonal)
"""The forms that are proven here."""
_HALF_HOUR, _ONE = Decimal(1800), Decimal(1)
_STEPS: Final = tuple(map(Decimal, (1800, 900, 600, 300, 150)))
_SPARSE: Final = FIVE_MINUTES.seconds / 2
"""As few samples of three weeks as a rate over five minutes can be had from."""
_LESS: Final = Decimal("0.6")


@dataclass(frozen=True)
class _Past:
    """Levels of the past with their lengths in seconds, and what the present is at a value of the quantity."""

    history: tuple[tuple[Decimal, Decimal], ...]
    usual: Decimal
    unit: Decimal

    def now(self, value: Decimal) -> Decimal:
        return self.usual + value * self.unit


def prove(alert: Alert, item: Compare, service: ServicePlan, outputs: Outputs) -> Proof:
    """Return the proof of an alert on one of the BASELINES."""
    quantity, found, at = item.quantity, numbers(item), _grid(alert, item.quantity)
    step = at.step
    past, sign = _past(quantity, found), 1 if item.op == "above" else -1
    enter, leave = _lags(quantity, found, step, sign)
    wait, keep = ticks(alert.for_, step), ticks(alert.keep_firing_for, step)
    settled = int(quantity.window.seconds / step) + 2
    stretches: list[Stretch] = []

    def go(level: Decimal, length: int) -> int:
        """Go on at a level and return the tick before."""
        begun = stretches[-1].span.start + stretches[-1].span.ticks if stretches else 0
        stretches.append(Stretch(Span(begun, length), (_stream(quantity, level),)))
        return begun

    for level, seconds in past.history:
        go(level, int(seconds / step))
    begun = go(past.now(found.well), settled)
    short = go(past.now(found.short), settled + 1)
    beyond = go(past.now(found.beyond), max(enter.last, settled) + wait + 1)
    after = go(past.now(found.well), leave.last + keep + 2)
    checks = [
        silent(Step.HEALTHY, begun, alert),
        silent(Step.HEALTHY, short, alert),
        silent(Step.SHORT, beyond, alert),
        not_firing(Step.WAITING, beyond + enter.first + wait - 1, alert),
        firing(Step.FIRING, beyond + enter.last + wait, alert),
        _texts(after, alert, service, outputs, quantity, found.beyond),
        silent(Step.RESOLVED, after + leave.last + keep, alert),
    ]
    if isinstance(quantity, Seasonal):
        # Traffic that has stopped altogether leaves no series behind, and is none of what is usual.
        gone = after + stretches[-1].span.ticks
        last = settled + wait + 1
        stretches.append(Stretch(Span(gone, last), ()))
        checks.append(firing(Step.FIRING, gone + last, alert))
    keys = {f"metric {one.metric}" for stretch in stretches for one in stretch.streams} | {f"alert {alert.name}"}
    return Proof(alert, at, written(stretches, at), tuple(checks), frozenset(keys))


def _grid(alert: Alert, quantity: Quantity) -> Grid:
    step = grid((alert.for_, alert.keep_firing_for), (quantity.window,), at_most=_HALF_HOUR).step
    step = next((known for known in _STEPS if _divides(alert, known)), step)
    return Grid(step, _SPARSE if isinstance(quantity, Seasonal) and step % _SPARSE == 0 else step)


def _divides(alert: Alert, step: Decimal) -> bool:
    """Tell whether a step fits every `for`, at least twice: half a `for` has to be told from a whole one."""
    spans = [wait.seconds for wait in (alert.for_, alert.keep_firing_for) if wait]
    return all(span % step == 0 and span > step for span in spans)


def _past(quantity: Quantity, found: Numbers) -> _Past:
    match quantity:
        case Decline() | Growth():
            # The older level is the median of the whole window; the newer one would be that of its second half.
            sign, over = 1 if isinstance(quantity, Growth) else -1, quantity.over.seconds
            newer = _ONE + sign * found.well
            older, rest = over * _LESS + DAY.seconds, over * (1 - _LESS) + DAY.seconds
            return _Past(((_ONE, older), (newer, rest)), _ONE, Decimal(sign))
        case Shift():
            # Half of the week before last lies two deviations below the other half, with which the present compares.
            unit = max(2 * quantity.floor, Decimal("0.02"))
            half, week = WEEK.seconds / 2, WEEK.seconds
            return _Past(((_ONE - 2 * unit, half), (_ONE, half + week)), _ONE, unit)
        case _:
            # The oldest week is the median of the three, and none could be missing or taken for another.
            level, week, half = _busy(quantity), WEEK.seconds, WEEK.seconds / 2
            recent = ((level * 2 / 3, half), (4 * level, half))
            return _Past(((level, week), (3 * level, week), *recent), Decimal(0), level)


def _busy(quantity: Quantity) -> Decimal:
    floor = quantity.floor if isinstance(quantity, Seasonal) else _ONE
    return max(HUNDRED, 10 * floor)


def _stream(quantity: Quantity, level: Decimal) -> Stream:
    if isinstance(quantity, Seasonal):
        return counter(Rate(signal=quantity.signal, by=quantity.by), quantity.signal, level)
    return gauge(quantity, quantity.signals[0], level)


def _lags(quantity: Quantity, found: Numbers, step: Decimal, sign: int) -> tuple[Lag, Lag]:
    count = int(quantity.window.seconds / step)
    if isinstance(quantity, Decline | Growth):
        # The median of an even number of samples lies between the two in the middle.
        changes = Lag(max(count // 2, 1), (count + 1) // 2 + 1)
        return changes, changes
    window = Window((max(count, 1), count + 1), 1)
    margins = [sign * (value - found.edge) for value in (found.short, found.beyond, found.well)]
    return window.until(margins[0], margins[1]), window.until(margins[1], margins[2])


def _texts(
    tick: int, alert: Alert, service: ServicePlan, outputs: Outputs, quantity: Quantity, value: Decimal
) -> Check:
    """Check the annotations, too, but for those of a shift: the deviation of a finite past is no round number."""
    group = group_in(quantity.by, quantity.signals[0], _stream(quantity, _ONE))
    if isinstance(quantity, Shift) or Siblings(alert, service).others:
        return labelled(tick, alert, labels(alert, service, group))
    return Check(Step.TEXTS, tick, alerts=(instance(alert, service, outputs, group, value),))
