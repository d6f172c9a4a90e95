"""Data that lies just beyond an alarm's threshold, exactly on it, or where nothing is wrong: one reading a minute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.targets.cloudwatch.measure import is_added
from mlmon.targets.cloudwatch.watched import watched

if TYPE_CHECKING:
    from mlmon.alarms.evaluate import Watched
    from mlmon.targets.cloudwatch.alarm import MetricAlarm

Reading = dict[str, Decimal]
"""One sample a minute for each metric by id."""

_LOW, _HIGH = 80, 120
_AT_LEAST: Final = re.compile(r"[\w)] >= ([1-9][0-9]*)")
_FEWEST_EVENTS: Final = 3
"""Decimal places of a share that are told apart at least: out of a thousand events."""


@dataclass(frozen=True)
class Readings:
    """What the metrics read in a minute; `band` is what an anomaly detector expects of a period."""

    beyond: Reading
    at: Reading
    healthy: Reading
    band: tuple[int, int] | None = None


def readings(alarm: MetricAlarm) -> Readings:
    """Return the readings of an alarm that compares a value. Math has to be one that mlmon writes."""
    seen = watched(alarm)
    up = "Greater" in alarm.comparison_operator
    if alarm.threshold is None:
        edge = Decimal(_HIGH if up else _LOW)
        values = (edge + (1 if up else -1), edge, Decimal(_LOW + _HIGH) / 2)
        return _single(seen, values, band=(_LOW, _HIGH))
    if sum(not is_added(name) for name in seen.statistics) > 1:
        return _shares(seen, alarm.threshold, least_events(alarm))
    return _single(seen, _around(alarm.threshold, up=up))


def least_events(alarm: MetricAlarm) -> int:
    """Return how many bad events the math of an alarm asks for in a period; 0 where any number will do."""
    found = (_AT_LEAST.search(query.expression) for query in alarm.metric_queries)
    return next((int(one[1]) for one in found if one), 0)


def _single(seen: Watched, values: tuple[Decimal, Decimal, Decimal], band: tuple[int, int] | None = None) -> Readings:
    """Readings of one signal, by what the alarm is to compare: beyond, at, and healthy; all of it in one metric."""
    name, *added = seen.statistics
    nothing = dict.fromkeys(added, Decimal(0))
    a_second = any("PERIOD" in expression for _, expression in seen.expressions)
    beyond, at, healthy = (
        {name: _summed(seen, value * (seen.period if a_second else 1)), **nothing} for value in values
    )
    return Readings(beyond, at, healthy, band)


def _around(threshold: Decimal, *, up: bool) -> tuple[Decimal, Decimal, Decimal]:
    """One part in ten thousand (to a thousand) beyond the threshold, the threshold, and well on its healthy side."""
    step = Decimal(1).scaleb(threshold.adjusted() - 3) if threshold else Decimal("0.001")
    sign = 1 if up else -1
    return threshold + sign * step, threshold, threshold - sign * (abs(threshold) / 2 or step)


def _shares(seen: Watched, threshold: Decimal, least: int) -> Readings:
    """Events of so many that one more crosses the threshold; the first query counts parts of the second."""
    part, whole = [name for name in seen.statistics if not is_added(name)][:2]
    others = [name for name in seen.statistics if name not in {part, whole}]
    events = Decimal(10) ** max(_FEWEST_EVENTS, -int(threshold.normalize().as_tuple().exponent))
    a_minute = Decimal(-(-least * 60 // seen.period))
    while events * (threshold or 1) < a_minute:
        events *= 10
    more = Decimal(1) if threshold else max(a_minute, Decimal(1))
    parts = (threshold * events + more, threshold * events, Decimal(0))
    none = dict.fromkeys(others, Decimal(0))
    beyond, at, healthy = ({part: value, whole: events, **none} for value in parts)
    return Readings(beyond, at, healthy)


def _summed(seen: Watched, value: Decimal) -> Decimal:
    """Return what one minute adds to a period whose sum is the value; other statistics are the same in each minute."""
    statistic = next(iter(seen.statistics.values()))
    return value * 60 / seen.period if statistic == "Sum" else value
