"""At which minutes of the week a severity has to be sent or held: those beside each boundary, and Saturday 03:00."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlmon.plan.routing import BusinessHours, Severity

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY: Final = 24 * 60
_NIGHT: Final = (_DAYS.index("saturday"), 3 * 60)


def expected_hours(severity: Severity, hours: BusinessHours) -> dict[str, list[str]]:
    """Return the minutes at which it is `sent` and those at which it is `held`, such as `saturday 03:00`."""
    start, end = (_minute(text) for text in (hours.start, hours.end))
    probes = {_NIGHT}
    for day in range(len(_DAYS)):
        probes |= {_in_week(day, minute) for minute in (start - 1, start, end - 1, end)}
    found: dict[str, list[str]] = {"sent": [], "held": []}
    for day, minute in sorted(probes):
        open_ = severity.always or (_DAYS[day] in hours.days and start <= minute < end)
        found["sent" if open_ else "held"].append(f"{_DAYS[day]} {minute // 60:02}:{minute % 60:02}")
    return {name: moments for name, moments in found.items() if moments}


def _in_week(day: int, minute: int) -> tuple[int, int]:
    """A minute before midnight belongs to the day before, 24:00 to the next."""
    return (day + minute // _DAY) % len(_DAYS), minute % _DAY


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes)
