"""Proves which of three past weeks decides what traffic is usual at this hour: each once, and by this hour alone.

The recording that the alert reads is fed as such, so that a month takes one sample in five minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import HOUR, WEEK, Rate
from mlmon.targets.proofs.proof import Check, Proof, Step, holding, silent
from mlmon.targets.proofs.recorded import recorded_as
from mlmon.targets.proofs.states import Grid
from mlmon.targets.proofs.timeline import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.baselines import Seasonal
    from mlmon.plan.conditions import Compare
    from mlmon.plan.model import Alert, ServicePlan

_APART: Final = 6 * HOUR.seconds
_GRID: Final = Grid(_APART, Decimal(300))
"""Nothing is evaluated but the moments: weeks of half hours would cost fifty times as much."""
_WEEKS: Final = 3
_FEW, _MANY, _FAR = Decimal("0.1"), Decimal(10), Decimal(30)
_SHORT, _BEYOND = Decimal("1.15"), Decimal("0.9")
_JUST_LESS, _JUST_MORE = Decimal("0.98"), Decimal("1.02")
_BEFORE, _OLDER, _NEWER = Decimal(3), Decimal("1.5"), Decimal("0.5")
"""Shares of a level before the window that counts, in its first and in its second half; the mean of these is 1."""


@dataclass(frozen=True)
class _Moment:
    """What the hour is in the last three weeks (the newest first) and now, and whether the condition holds."""

    past: tuple[Decimal, ...]
    now: Decimal | None
    holds: bool
    uneven: tuple[int, ...] = ()
    """Which of the weeks have a window that is told from its halves and from the hours before."""
    earlier: Decimal = _BEFORE
    """What these hours before are, as a share."""


def prove(alert: Alert, item: Compare, quantity: Seasonal, service: ServicePlan) -> Proof | None:
    """Return the proof; None where the alert reads no recording, or a window without whole halves."""
    recording = service.recorded(Rate(signal=quantity.signal, by=quantity.by))
    count = quantity.window.seconds / _GRID.spacing
    if recording is None or count % 2 or 3 * quantity.window.seconds > _APART or item.op != "below":
        return None
    moments = list(_moments(quantity.floor, item.threshold))
    begin = _WEEKS * WEEK.seconds + _APART
    ticks = [int((begin + index * _APART) / _GRID.step) for index in range(len(moments))]
    fed, keys = recorded_as(recording, service, alert)
    values = _values(moments, ticks, quantity.floor * 10 * _FAR, int(count))
    checks = [_check(moment, tick, alert) for moment, tick in zip(moments, ticks, strict=True)]
    return Proof(alert, _GRID, {fed: values}, tuple(checks), keys)


def _check(moment: _Moment, tick: int, alert: Alert) -> Check:
    return holding(Step.DECIDING, tick, alert) if moment.holds else silent(Step.DECIDING, tick, alert)


def _moments(floor: Decimal, limit: Decimal) -> Iterator[_Moment]:
    usual = floor * 10
    for week in range(_WEEKS):
        past = [usual * _FEW, usual, usual * _MANY]
        turned = tuple(past[(place - week + 1) % _WEEKS] for place in range(_WEEKS))
        for share, holds in ((_SHORT, False), (_BEYOND, True)):
            yield _Moment(turned, usual * limit * share, holds, (week,))
    for share in (_JUST_LESS, _JUST_MORE):
        yield _Moment((floor * share,) * _WEEKS, floor * limit * _BEYOND, share > 1)
    # Without any traffic it holds, too, as long as two of three weeks had some.
    for week in range(_WEEKS):
        past = [floor * _JUST_MORE] * _WEEKS
        past[week] = Decimal(0)
        others = tuple(other for other in range(_WEEKS) if other != week)
        yield _Moment(tuple(past), None, holds=True, uneven=others, earlier=Decimal(0))


def _values(moments: list[_Moment], ticks: list[int], far: Decimal, count: int) -> str:
    """Return the recording sample by sample; outside of the moments it is far above all that they hold."""
    length = (ticks[-1] + 1) * _GRID.per_tick
    found: list[Decimal | None] = [far] * (length + 1)
    for moment, tick in zip(moments, ticks, strict=True):
        for week, level in enumerate((moment.now, *moment.past)):
            end = tick * _GRID.per_tick - int(week * WEEK.seconds / _GRID.spacing)
            earlier = moment.earlier if week - 1 in moment.uneven else None
            for ago, share in enumerate(_shares(count, earlier)):
                found[end - ago] = None if level is None else level * share
    return listed(found)


def _shares(count: int, earlier: Decimal | None) -> list[Decimal]:
    """Return shares of a level, back in time from the moment: a window with both its edges, and two more before."""
    if earlier is None:
        return [Decimal(1)] * (3 * count)
    return [_NEWER] * (count // 2) + [_OLDER] * (count // 2 + 1) + [earlier] * (2 * count)
