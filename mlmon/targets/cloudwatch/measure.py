"""Quantities as CloudWatch computes them: one metric with a statistic, or metric math over several.

Sources: CloudWatch user guide, "Statistics definitions", "Using metric math"; SageMaker developer guide, "Amazon
SageMaker AI metrics in Amazon CloudWatch".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import Increase, Level, Mean, Quantile, Quantity, Rate, Ratio
from mlmon.targets.cloudwatch.alarm import MetricQuery, MetricStat
from mlmon.units import plain

if TYPE_CHECKING:
    from mlmon.plan.signals import CloudWatchBinding, Signal

_STATISTIC: Final = {"max": "Maximum", "min": "Minimum", "avg": "Average", "sum": "Sum"}


@dataclass(frozen=True)
class Measure:
    """What an alarm or a graph reads: the metrics by id, and the math over them (empty: the single metric itself).

    A `scaled` value is in the metric's unit, not in the quantity's: alarms compare it with a converted threshold.
    A `window` in seconds is part of the number, as of a count within an hour, and has to be the alarm's period.
    """

    metrics: tuple[tuple[str, Signal, str], ...]
    math: str = ""
    scaled: bool = False
    window: int | None = None

    def stats(self, period: int) -> dict[str, MetricStat]:
        """Return the metrics by id, reduced to one number for every `period` seconds."""
        return {name: stat(signal, statistic, period) for name, signal, statistic in self.metrics}

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
    return MetricStat(
        namespace=binding.namespace,
        metric=binding.metric,
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
    return Measure((("m", item.signal, _STATISTIC[item.aggregate]),), scaled=True)


@measure.register
def _(item: Quantile) -> Measure:
    percentile = f"p{plain(item.q * 100)}"
    return Measure((("m", item.signal, percentile),), scaled=True)


@measure.register
def _(item: Increase) -> Measure:
    return Measure((("m", item.signal, "Sum"),), scaled=True, window=int(item.window.seconds))


@measure.register
def _(item: Rate) -> Measure:
    return Measure((("m", item.signal, "Sum"),), "m / PERIOD(m)", scaled=True)


@measure.register
def _(item: Ratio) -> Measure:
    metrics = (("part", item.part, "Sum"), ("whole", item.whole, "Sum"))
    return Measure(metrics, "IF(whole > 0, part / whole, 0)")


@measure.register
def _(item: Mean) -> Measure:
    metrics = (("total", item.total, "Sum"), ("events", item.count, "Sum"))
    return Measure(metrics, "IF(events > 0, total / events, 0)", scaled=True)
