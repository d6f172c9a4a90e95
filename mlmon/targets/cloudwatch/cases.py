"""Cases for every alarm: this series pages, that one does not. They follow from the alarm's own settings.

A series is written minute by minute as `READING*MINUTES`, `-` for no data: `0*5 11*5 -*2`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mlmon.targets.cloudwatch.composite import children
from mlmon.targets.cloudwatch.measure import is_added
from mlmon.targets.cloudwatch.readings import least_events, readings
from mlmon.targets.cloudwatch.watched import watched
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlmon.targets.cloudwatch.alarm import Alarm, CompositeAlarm, MetricAlarm
    from mlmon.targets.cloudwatch.readings import Reading, Readings

    Part = tuple[Reading | None, int]
    """A reading and for how many minutes it stays; None: no data."""

_MORE: Final = 2
"""Periods beyond the evaluated ones in which CloudWatch still looks for data."""
_LEADING: Final = re.compile(r"0$|^part$|^whole$")
"""The ids of the first pair of metrics of which one counts a share of the other."""
_WITHOUT_DATA: Final = {
    "missing": "INSUFFICIENT_DATA",
    "ignore": "ALARM",
    "breaching": "ALARM",
    "notBreaching": "OK",
}
"""What becomes of an alarm in ALARM when the data ends."""


def metric_cases(alarm: MetricAlarm) -> dict[str, Any]:
    """Return the cases of a metric alarm."""
    cases = list(_absence(alarm) if alarm.statistic == "SampleCount" else _comparison(alarm))
    return {"alarm": alarm.name, "cases": cases}


def composite_cases(alarm: CompositeAlarm) -> dict[str, Any]:
    """Return the cases of a composite whose parts have to be in ALARM together."""
    parts = [part.name for part in children(alarm.rule)]
    cases = [{"when": "every part is in ALARM", "parts": dict.fromkeys(parts, "ALARM"), "ends": "ALARM"}]
    for quiet in parts:
        states = dict.fromkeys(parts, "ALARM") | {quiet: "OK"}
        cases.append({"when": f"{quiet} is not", "parts": states, "ends": "OK"})
    if alarm.suppressor:
        cases.append(_suppressed(alarm, parts, alarm.suppressor.alarm))
    return {"alarm": alarm.name, "cases": cases}


def _suppressed(alarm: CompositeAlarm, parts: Sequence[str], suppressor: Alarm) -> dict[str, Any]:
    states = dict.fromkeys(parts, "ALARM")
    when = f"every part is in ALARM, and so is {suppressor.name}"
    return {"when": when, "parts": states, "suppressor": "ALARM", "ends": "ALARM", "tells": "nobody"}


def _comparison(alarm: MetricAlarm) -> Iterator[dict[str, Any]]:
    reads = readings(alarm)
    size, n, m = watched(alarm).period // 60, alarm.evaluation_periods, alarm.datapoints_to_alarm
    before: Part = (reads.healthy, n * size)
    pages = [before, (reads.beyond, m * size)]
    yield _case(f"beyond the limit for {m} of {n} periods", pages, "ALARM", reads)
    yield _case("exactly at the limit", [before, (reads.at, n * size)], "OK", reads)
    if m > 1:
        yield _case("beyond the limit for a period less", [before, (reads.beyond, (m - 1) * size)], "OK", reads)
    back = [*pages, (reads.healthy, (n - m + 1) * size)]
    yield _case("healthy again", back, "OK", reads)
    ended = [*pages, (None, (n + _MORE) * size)]
    yield _case("the data ends while it is beyond", ended, _without_data(alarm), reads)
    yield from _few(alarm, reads, size)


def _without_data(alarm: MetricAlarm) -> str:
    """A sum takes missing events for none, which is below any band and above no threshold."""
    sums = any(is_added(query.id) for query in alarm.metric_queries)
    return "ALARM" if sums and "LessThan" in alarm.comparison_operator else _WITHOUT_DATA[alarm.treat_missing_data]


def _few(alarm: MetricAlarm, reads: Readings, size: int) -> Iterator[dict[str, Any]]:
    """A share of so few events that the alarm waits for more of them."""
    least = least_events(alarm)
    for count, ends in ((least - 1, "OK"), (least, "ALARM")) if least else ():
        only = {name: value * 0 + count * bool(_LEADING.search(name)) for name, value in reads.beyond.items()}
        parts: list[Part] = [(None, size - 1), (only, 1)] * alarm.datapoints_to_alarm
        yield _case(f"all of {count} events", parts, ends, reads)


def _absence(alarm: MetricAlarm) -> Iterator[dict[str, Any]]:
    """No value breaches: only the absence of data does, once it fills all that CloudWatch looks at."""
    seen = watched(alarm)
    (name,) = seen.statistics
    size, some = seen.period // 60, alarm.evaluation_periods + _MORE
    reads: Reading = {name: readings(alarm).at[name] * 0}
    yield _case("there is data", [(reads, some * size)], "OK", None)
    yield _case("there is none any more", [(reads, some * size), (None, some * size)], "ALARM", None)
    yield _case("data has come again", [(None, some * size), (reads, some * size)], "OK", None)


def _case(when: str, parts: Sequence[Part], ends: str, reads: Readings | None) -> dict[str, Any]:
    names = next(reading for reading, _ in parts if reading is not None)
    case: dict[str, Any] = {"when": when, "series": {name: _series(name, parts) for name in names}}
    if reads and reads.band:
        case["band"] = list(reads.band)
    return case | {"ends": ends}


def _series(name: str, parts: Iterable[Part]) -> str:
    return " ".join(
        f"{'-' if reading is None else plain(reading[name].normalize())}*{minutes}"
        for reading, minutes in parts
        if minutes
    )
