"""Numbers on either side of a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import Increase, Rate, Variants
from mlmon.targets.proofs.states import State

if TYPE_CHECKING:
    from mlmon.plan.conditions import Compare

_STEP: Final = Decimal("0.02")
_DIGITS: Final = 3
_HALF, _MINUTE = Decimal("0.5"), Decimal(60)


@dataclass(frozen=True)
class Numbers:
    """What a quantity is while all is well, just short of the threshold, and just beyond it.

    `edge` is where the condition really changes: a count that is rounded is beyond 3 from 3.5 on. `short` equals
    `well` where nothing lies between.
    """

    well: Decimal
    short: Decimal
    beyond: Decimal
    edge: Decimal

    def at(self, state: State) -> Decimal:
        """Return the number of a state in which there is one."""
        return {State.WELL: self.well, State.SHORT: self.short, State.BEYOND: self.beyond}[state]


def numbers(item: Compare) -> Numbers:
    """Return the numbers for a threshold: 2 % of it away, or the nearest that the quantity can take."""
    limit, sign = item.threshold, 1 if item.op == "above" else -1
    if isinstance(item.quantity, Variants) or (isinstance(item.quantity, Increase) and item.quantity.rounded):
        return _whole(limit, sign, rounded=isinstance(item.quantity, Increase))
    low, high = item.quantity.bounds
    # A counter that falls has been reset, and counts anew from 0.
    low = Decimal(0) if isinstance(item.quantity, Increase | Rate) else low
    room = (high - limit) if sign > 0 and high is not None else None
    room = (limit - low) if sign < 0 and low is not None else room
    away = abs(limit) * _STEP or (
        Decimal(1) if not isinstance(item.quantity, Increase) else item.quantity.window.seconds
    )
    away = away if room is None else min(away, room / 2)
    beyond = _between_seconds(_short_text(limit + sign * away, sign), item.quantity.unit)
    short = _short_text(limit - sign * away, -sign) if limit else limit
    return Numbers(_well(limit, sign, low, high), short, beyond, limit)


def _whole(limit: Decimal, sign: int, *, rounded: bool) -> Numbers:
    if sign > 0:
        short = limit.to_integral_value(ROUND_FLOOR)
        beyond = short + 1
    else:
        short = limit.to_integral_value(ROUND_CEILING)
        beyond = short - 1
    well = Decimal(0) if rounded and sign > 0 else short
    edge = (short + beyond) / 2 if rounded else limit
    return Numbers(well, short, beyond, edge)


def _well(limit: Decimal, sign: int, low: Decimal | None, high: Decimal | None) -> Decimal:
    if sign > 0:
        return limit * _HALF if limit > 0 else limit - (Decimal(0) if low is not None and low >= limit else 1)
    far = limit * 2 if limit > 0 else limit + 1
    return far if high is None or far <= high else limit + (high - limit) * _HALF


def _between_seconds(value: Decimal, unit: str) -> Decimal:
    """Move a duration of minutes away from a whole second: templates cut off, and 306 may be 305.9999999."""
    return value + _HALF if unit == "seconds" and value >= _MINUTE and value % 1 == 0 else value


def _short_text(value: Decimal, sign: int) -> Decimal:
    """Round away from the threshold to a few digits, so that no text of the number depends on its last bit."""
    digits = Decimal(1).scaleb(value.adjusted() - _DIGITS + 1) if value else Decimal(1)
    nearest = value.quantize(digits, ROUND_HALF_UP)
    if (nearest - value) * sign < 0:
        nearest = value.quantize(digits, ROUND_CEILING if sign > 0 else ROUND_FLOOR)
    return nearest
