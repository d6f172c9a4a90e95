"""An alarm on metrics over time: its state after every minute.

An alarm with a period of a minute or more is evaluated every minute, over windows that end then:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Final, TypeAlias

from mlmon.alarms.expressions import MathError, Points, Scope, evaluate
from mlmon.alarms.states import MORE_POINTS, Missing, State, state
from mlmon.alarms.statistics import needed, reduce

Minutes: TypeAlias = Sequence[Sequence[float]]
"""The samples of a metric minute by minute; no samples: no data."""
Band: TypeAlias = tuple[float, float]
"""What an anomaly detector expects, for each period: from, to."""

_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True, kw_only=True)
class Watched:
    """An alarm, without its name and whom it tells."""

    statistics: Mapping[str, str]
    """Statistic of each metric by the metric's id."""
    period: int
    """Seconds, a multiple of 60."""
    expressions: tuple[tuple[str, str], ...] = ()
    """Metric math by id, each over what stands before it."""
    result: str
    """Id of the metric or the expression that is compared."""
    operator: str
    threshold: Decimal | None = None
    """None: compared with an anomaly band, which has to be given."""
    n: int
    m: int
    missing: Missing = "missing"
    ignores_few_samples: bool = False
    """`evaluate_low_sample_count_percentiles = "ignore"`: with too few samples the state stays as it is."""


def states(
    alarm: Watched, metrics: Mapping[str, Minutes], *, band: Band | None = None, start: State = "INSUFFICIENT_DATA"
) -> list[State]:
    """Return the state after each minute; before the first one there is no data. `start` is the state until then.

    Raises ValueError for a statistic, an operator or an expression that is not imitated.
    """
    length = max(len(minutes) for minutes in metrics.values())
    found: list[State] = []
    now = start
    for end in range(1, length + 1):
        now = _evaluate(alarm, metrics, end, band, now)
        found.append(now)
    return found


def _evaluate(alarm: Watched, metrics: Mapping[str, Minutes], end: int, band: Band | None, before: State) -> State:
    samples = {name: _periods(alarm, metrics.get(name, ()), end) for name in alarm.statistics}
    if alarm.ignores_few_samples:
        ((name, statistic),) = alarm.statistics.items()
        if sum(map(len, samples[name][-alarm.n :])) < needed(statistic):
            return before
    values = {
        name: tuple(reduce(period, alarm.statistics[name]) for period in periods) for name, periods in samples.items()
    }
    breaching = [None if point is None else _breaches(alarm, point, band) for point in _result(alarm, values)]
    return state(breaching, n=alarm.n, m=alarm.m, missing=alarm.missing, before=before)


def _periods(alarm: Watched, minutes: Minutes, end: int) -> list[list[float]]:
    """Return the samples of each period of the evaluation range, oldest first."""
    size = alarm.period // 60
    bounds = [end - size * number for number in range(alarm.n + MORE_POINTS, 0, -1)]
    return [list(chain.from_iterable(minutes[max(first, 0) : max(first + size, 0)])) for first in bounds]


def _result(alarm: Watched, values: dict[str, Points]) -> Points:
    for name, expression in alarm.expressions:
        value = evaluate(expression, Scope(values, alarm.period))
        if not isinstance(value, tuple):
            raise MathError(f"`{expression}` is a number and no series")
        values[name] = value
    return values[alarm.result]


def _breaches(alarm: Watched, value: float, band: Band | None) -> bool:
    if alarm.threshold is not None:
        return _COMPARISONS[alarm.operator](value, float(alarm.threshold))
    if band is None:
        raise ValueError("the alarm needs a band")
    low, high = band
    below, above = value < low, value > high
    sides = {
        "LessThanLowerThreshold": below,
        "GreaterThanUpperThreshold": above,
        "LessThanLowerOrGreaterThanUpperThreshold": below or above,
    }
    return sides[alarm.operator]
