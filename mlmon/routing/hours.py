"""The hours of a route: whether it sends at a moment, and when it does next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from mlmon.routing.interval import Interval

if TYPE_CHECKING:
    from mlmon.routing.config import Route

_MINUTE: Final = timedelta(minutes=1)
_LOOK_AHEAD: Final = 8 * 24 * 60
"""Minutes: a week and a day, so that a clock change does not hide the only opening of a week."""


Intervals: TypeAlias = Mapping[str, Sequence[Interval]]
"""By name; a moment lies in a named interval when it lies in one of its parts."""


def is_sent(route: Route, intervals: Intervals, moment: datetime) -> bool:
    """Tell whether a route sends at a moment; otherwise it keeps what it has and skips the notification."""
    if any(_within(intervals[name], moment) for name in route.muted):
        return False
    return not route.active or any(_within(intervals[name], moment) for name in route.active)


def next_sent(route: Route, intervals: Intervals, moment: datetime) -> datetime | None:
    """Return the moment itself, or the first minute after it at which the route sends; None for never in a week."""
    if is_sent(route, intervals, moment):
        return moment
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(_LOOK_AHEAD):
        minute += _MINUTE
        if is_sent(route, intervals, minute):
            return minute.astimezone(moment.tzinfo)
    return None


def _within(parts: Sequence[Interval], moment: datetime) -> bool:
    return any(part.contains(moment) for part in parts)
