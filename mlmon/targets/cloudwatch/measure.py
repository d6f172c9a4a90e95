"""Quantities as CloudWatch computes them: one metric with a statistic, or metric math over several.

Sources: CloudWatch user guide, "Statistics definitions", "Using metric math"; SageMaker developer guide, "Amazon
SageMaker AI metrics in Amazon CloudWatch".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import HOUR, Increase, Level, Mean, Quantile, Quantity, Rate, Ratio
from mlmon.targets.cloudwatch.alarm import MetricQuery, MetricStat
from mlmon.units import plain

if TYPE_CHECKING:
    from mlmon.plan.signals import CloudWatchBinding, Signal

_ADDED: Final = re.compile(r"p[1-9][0-9]*$")
_STATISTIC: Final = {"max": "Maximum", "min": "Minimum", "avg": "Average", "sum": "Sum"}


@dataclass(frozen=True)
class Measure:
    """What an alarm or a graph reads: the signals by id, and the math over them (empty: the single metric itself).

    A signal of several metrics has the id of its leading one, and in the math the sum of all in its place.
    A `scaled` value is in the metric's unit, not in the quantity's: alarms compare it with a converted threshold.
    A `window` in seconds is part of the number, as of a count within an hour, and has to be the alarm's period.
    """

    metrics: tuple[tuple[str, Signal, str], ...]
    math: str = ""
    scaled: bool = False
    window: int | None = None

    def stats(self, period: int) -> dict[str, MetricStat]:
        """Return the metrics by id, reduced to one number for every `period` seconds."""
        made: dict[str, MetricStat] = {}
        for name, signal, statistic in self.metrics:
            made |= stats(name, signal, statistic, period)
        return made

    def queries(self, period: int) -> tuple[MetricQuery, ...]:
        """Return the queries of an alarm on the math; only the result is returned."""
        read = tuple(MetricQuery(id=name, metric=metric) for name, metric in self.stats(period).items())
        return (*read, MetricQuery(id="result", expression=self.math, return_data=True))

    def native(self, threshold: Decimal) -> Decimal:
        """Convert a threshold in the quantity's unit into that of the measured values."""
        return self.binding.native(threshold) if self.scaled else threshold.normalize()

    @property
    def scale(self) -> Decimal:
        """A measured value times this is in the quantity's unit."""
        return self.binding.scale if self.scaled else Decimal(1)

    @property
    def binding(self) -> CloudWatchBinding:
        """The leading metric's binding, whose habits when idle decide what missing data means."""
        return bound(self.metrics[0][1])


def bound(signal: Signal) -> CloudWatchBinding:
    """Return a signal's CloudWatch binding. Raises ValueError when it has none, which is a bug of the caller."""
    if signal.cloudwatch is None:
        raise ValueError(f"{signal.name} has no CloudWatch binding")
    return signal.cloudwatch


def stat(signal: Signal, statistic: str, period: int) -> MetricStat:
    """Return a signal's metric, reduced by a statistic over `period` seconds."""
    binding = bound(signal)
    return _stat(binding, binding.metric, statistic, period)


def stats(name: str, signal: Signal, statistic: str, period: int) -> dict[str, MetricStat]:
    """Return all metrics of a signal by id: `name` for the leading one, `namep1` and so on for those added to it."""
    binding = bound(signal)
    ids = _ids(name, binding)
    return {key: _stat(binding, metric, statistic, period) for key, metric in zip(ids, binding.metrics, strict=True)}


def total(name: str, signal: Signal) -> str:
    """Return the math of a counter whose metrics `stats` has named: the id alone where there is one metric.

    A metric without an event in a period has no data there, which would take the others with it.
    """
    binding = bound(signal)
    return f"({' + '.join(f'FILL({key}, 0)' for key in _ids(name, binding))})" if binding.plus else name


def is_added(name: str) -> bool:
    """Tell whether the id of a query is that of a metric added to another one."""
    return bool(_ADDED.search(name))


def ratio(item: Ratio, least: int | None = None) -> Measure:
    """Return a ratio that is 0 without events of its whole, or unless its window holds `least` events of its part."""
    metrics = (("part", item.part, "Sum"), ("whole", item.whole, "Sum"))
    part, whole = total("part", item.part), total("whole", item.whole)
    floor = "" if least is None else f" AND {part} >= {plain(bound(item.part).native(Decimal(least)))}"
    return Measure(metrics, f"IF({whole} > 0{floor}, {part} / {whole}, 0)")


def _ids(name: str, binding: CloudWatchBinding) -> list[str]:
    return [name, *(f"{name}p{number}" for number in range(1, len(binding.metrics)))]


def _stat(binding: CloudWatchBinding, metric: str, statistic: str, period: int) -> MetricStat:
    return MetricStat(
        namespace=binding.namespace,
        metric=metric,
        dimensions=dict(binding.dimensions),
        stat=statistic,
        period=period,
    )


@singledispatch
def measure(item: Quantity) -> Measure | None:
    """Return how CloudWatch computes a quantity, or None where it cannot."""
    del item
    return None


@measure.register
def _(item: Level) -> Measure:
    # What is published a few times a day needs a period as long as that; a shorter one would mostly be empty.
    seldom = int(item.over.seconds) if item.over and item.over > HOUR else None
    return Measure((("m", item.signal, _STATISTIC[item.aggregate]),), scaled=True, window=seldom)


@measure.register
def _(item: Quantile) -> Measure:
    percentile = f"p{plain(item.q * 100)}"
    return Measure((("m", item.signal, percentile),), scaled=True)


@measure.register
def _(item: Increase) -> Measure:
    math = total("m", item.signal) if bound(item.signal).plus else ""
    return Measure((("m", item.signal, "Sum"),), math, scaled=True, window=int(item.window.seconds))


@measure.register
def _(item: Rate) -> Measure:
    return Measure((("m", item.signal, "Sum"),), f"{total('m', item.signal)} / PERIOD(m)", scaled=True)


@measure.register
def _(item: Ratio) -> Measure:
    return ratio(item)


@measure.register
def _(item: Mean) -> Measure:
    metrics = (("total", item.total, "Sum"), ("events", item.count, "Sum"))
    events = total("events", item.count)
    return Measure(metrics, f"IF({events} > 0, {total('total', item.total)} / {events}, 0)", scaled=True)
