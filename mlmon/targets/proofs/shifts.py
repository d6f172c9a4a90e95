"""Proves which hours a shift compares, and where its floor takes the place of the usual deviation.

The recording that the alert reads is fed as such: two weeks that swing by a known deviation, and a third with moments.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import HOUR, WEEK, Level
from mlmon.targets.proofs.proof import Check, Proof, Step, holding, silent
from mlmon.targets.proofs.recorded import recorded_as
from mlmon.targets.proofs.states import Grid
from mlmon.targets.proofs.timeline import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.baselines import Shift
    from mlmon.plan.conditions import Compare
    from mlmon.plan.model import Alert, ServicePlan

_GRID: Final = Grid(12 * HOUR.seconds, Decimal(300))
"""Nothing is evaluated but the moments: weeks of half hours would cost fifty times as much."""
_WEEK: Final = int(WEEK.seconds / _GRID.spacing)
_HOUR: Final = int(HOUR.seconds / _GRID.spacing)
_SWING: Final = 12 * _HOUR
_ONE, _WIDE = Decimal(1), Decimal("0.2")
_LESS, _MORE = Decimal("0.97"), Decimal("1.03")
_BELOW, _ABOVE = Decimal("0.985"), Decimal("1.015")
_FAR, _TILT, _EARLIER = Decimal("1.15"), Decimal("0.6"), Decimal("0.8")
"""Distances as shares of the threshold: of the hour, of its halves from its mean, and of the hour before."""


def proofs(alert: Alert, item: Compare, quantity: Shift, service: ServicePlan) -> Iterator[Proof]:
    """Yield the proofs; none where the alert reads no recording, or another window than an hour."""
    recording = service.recorded(Level(signal=quantity.signal, aggregate="avg", by=quantity.by))
    if recording is None or quantity.window != HOUR or item.op != "above" or not quantity.floor:
        return
    key, keys = recorded_as(recording, service, alert)
    floor, limit = quantity.floor, item.threshold
    yield Proof(alert, _GRID, *_hours(alert, key, max(_WIDE, 4 * floor), limit), keys)
    # The usual deviation is just less than the floor, or just more: what is short of the greater one is silent.
    for usual, share in ((floor * _LESS, floor * _BELOW), (floor * _MORE, floor * _ABOVE)):
        yield Proof(alert, _GRID, *_steady(alert, key, usual, 1 + share * limit), keys)


def _hours(alert: Alert, key: str, usual: Decimal, limit: Decimal) -> tuple[dict[str, str], tuple[Check, ...]]:
    """An hour now, and one a week ago, of which no half and no two hours are as far from the other as the whole."""
    far = limit * usual
    tilted = [_ONE] * _HOUR + [1 + 2 * _FAR * far] * (_HOUR // 2 + 1) + [_ONE] * (_HOUR // 2)
    leaning = [1 + _EARLIER * far] * _HOUR + [1 - _TILT * far] * (_HOUR // 2 + 1) + [1 + _TILT * far] * (_HOUR // 2)
    flat = [_ONE] * (2 * _HOUR + 1)
    moments = ((_SWING, flat, tilted), (2 * _SWING, leaning, [1 + _FAR * far] * len(flat)))
    values, checks = _swinging(usual), list[Check]()
    for after, then, now in moments:
        end = 2 * _WEEK + after
        values += [_ONE] * (end + 1 - len(values))
        values[end + 1 - len(now) :] = now
        values[end - _WEEK + 1 - len(then) : end - _WEEK + 1] = then
        checks.append(holding(Step.DECIDING, end // _GRID.per_tick, alert))
    return {key: listed(values)}, tuple(checks)


def _steady(alert: Alert, key: str, usual: Decimal, now: Decimal) -> tuple[dict[str, str], tuple[Check, ...]]:
    """An hour of which only the deviation that is compared with decides."""
    end = 2 * _WEEK + _SWING
    values = [*_swinging(usual), *[now] * _SWING]
    values[end - _WEEK - 2 * _HOUR : end - _WEEK + 1] = [_ONE] * (2 * _HOUR + 1)
    return {key: listed(values)}, (silent(Step.DECIDING, end // _GRID.per_tick, alert),)


def _swinging(usual: Decimal) -> list[Decimal]:
    """Return two weeks around 1, half of the time above it and half below, and the sample at their end."""
    return [*([1 - usual] * _SWING + [1 + usual] * _SWING) * (_WEEK // _SWING), 1 - usual]
