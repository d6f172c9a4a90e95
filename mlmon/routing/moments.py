"""Reads the moment that a question is about: `Sat 03:00`, the next one, or `2026-11-21T03:00`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from mlmon.routing.interval import DAYS
from mlmon.units import UnitError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_WEEKLY: Final = re.compile(r"([A-Za-z]{3,9}) ([0-2]?[0-9]):([0-5][0-9])")


def read_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read a moment in a time zone. Raises UnitError for anything else.

    A day of the week is the next one from `now` on. A clock time that a change to summer time leaves out is read with
    the offset before the change, and is an hour later on the clock.
    """
    weekly = _WEEKLY.fullmatch(text)
    days = [number for number, day in enumerate(DAYS) if weekly and day.startswith(weekly[1].lower())]
    if weekly and len(days) == 1 and int(weekly[2]) < 24:
        return _next(days[0], time(int(weekly[2]), int(weekly[3])), zone, now)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UnitError(f'"{text}" is not a moment', 'write "Sat 03:00", or a date such as 2026-11-21T03:00') from None
    return _real(read if read.tzinfo else read.replace(tzinfo=zone), zone)


def _next(day: int, clock: time, zone: ZoneInfo, now: datetime) -> datetime:
    local = now.astimezone(zone)
    date = local.date() + timedelta(days=(day - local.weekday()) % 7)
    found = _real(datetime.combine(date, clock, zone), zone)
    if found < local.replace(second=0, microsecond=0):
        return _real(datetime.combine(date + timedelta(days=7), clock, zone), zone)
    return found


def _real(moment: datetime, zone: ZoneInfo) -> datetime:
    """Write a moment as the clock of the zone shows it, which may differ for one that the clock leaves out."""
    return moment.astimezone(UTC).astimezone(zone)
