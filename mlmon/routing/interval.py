"""Time intervals: whether a moment lies in one.

A clock time is read in the interval's zone, the end is not part of it, and seconds do not count: timeinterval.go,
`ContainsTime`. https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from mlmon.routing.matchers import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""In the order of `datetime.weekday`."""


@dataclass(frozen=True)
class Interval:
    """Hours of days of the week in a time zone; no days: each day, no times: all day."""

    days: frozenset[int]
    times: tuple[tuple[int, int], ...]
    zone: ZoneInfo

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Interval:
        """Read one entry of `time_intervals`. Raises ConfigError for ranges, months, years and days of the month."""
        for key in data:
            if key not in {"times", "weekdays", "location"}:
                raise ConfigError(f"the setting `{key}` of a time interval is not imitated")
        days = frozenset(map(_day, data.get("weekdays", ())))
        times = tuple((_minute(item["start_time"]), _minute(item["end_time"])) for item in data.get("times", ()))
        return cls(days, times, ZoneInfo(data.get("location", "UTC")))

    def contains(self, moment: datetime) -> bool:
        """Tell whether an aware moment lies in it."""
        local = moment.astimezone(self.zone)
        minute = 60 * local.hour + local.minute
        return (not self.days or local.weekday() in self.days) and (
            not self.times or any(start <= minute < end for start, end in self.times)
        )


def _day(text: str) -> int:
    name = text.strip().lower()
    if name not in DAYS:
        raise ConfigError(f"`{text}` is not written as a single day of the week")
    return DAYS.index(name)


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return 60 * int(hours) + int(minutes)
