"""A replay as it is shown: what was replayed, and the results of every service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.units import Duration, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.replay.incident import Incident
    from mlmon.replay.model import Message, Result

WEEK: Final = 604800


@dataclass(frozen=True)
class Report:
    """Results by service, those with `proposed` thresholds beside them; `incident` is None for real history.

    `paging` are the severities that wake somebody.
    """

    title: str
    about: str
    results: tuple[Result, ...]
    proposed: tuple[Result, ...]
    incident: Incident | None
    place: tzinfo
    paging: frozenset[str]
    thresholds: tuple[str, ...] = ()

    @property
    def surprises(self) -> bool:
        """Whether any incident led to something else than its file expects."""
        return any(result.verdict and result.verdict.wrong for result in self.results)

    def ranks(self, result: Result) -> dict[str, int]:
        """Return the rank of each severity of a service, for its colour: 0 is kept for one that wakes somebody."""
        named = dict.fromkeys(alert.severity for alert in result.service.alerts)
        ordered = sorted(named, key=lambda name: name not in self.paging)
        first = 0 if self.paging & named.keys() else 1
        return {name: min(first + place, 2) for place, name in enumerate(ordered)}

    def clock(self, moment: float) -> str:
        """Write a moment for people: the time of day in an incident, the date as well in history."""
        local = datetime.fromtimestamp(moment, self.place)
        return f"{local:%H:%M}" if self.incident else f"{local:%a %Y-%m-%d %H:%M}"


def iso(moment: float) -> str:
    """Write a moment for programs, in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def lasted(seconds: float) -> str:
    """Write a length of time in its two largest units: `1h30m`, `2d4h`."""
    fine = 3600 if seconds >= 86400 else 60 if seconds >= 3600 else 1
    return str(Duration(Decimal(int(seconds // fine * fine))))


def weekly(messages: Iterable[Message], result: Result) -> float:
    """Return how many of these messages there are in a week."""
    return len(list(messages)) * WEEK / max(result.end - result.start, 1)


def shown(value: float, unit: str) -> str:
    """Write a measured number with three digits and its unit."""
    if unit == "seconds" and abs(value) >= 60:
        return lasted(abs(value))
    if unit == "seconds" and abs(value) >= 1:
        return f"{value:.3g}s"
    if unit == "seconds" and value:
        return f"{value * 1000:.3g}ms"
    if unit == "bytes":
        size, names = abs(value), ["B", "KiB", "MiB", "GiB", "TiB"]
        power = 0
        while size >= 1024 and power < len(names) - 1:
            size, power = size / 1024, power + 1
        return f"{size:.3g}{names[power]}"
    if unit == "ratio":
        return f"{value * 100:.3g}%"
    return show(Decimal(f"{value:.3g}"), unit)
