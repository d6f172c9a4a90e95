"""Panels of what only CloudWatch measures: metric statistics, and metric math for everything that is computed.

Names are those of the CloudWatch data source: grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/query-editor/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import (
    Fraction,
    Gap,
    Increase,
    Level,
    Mean,
    Missing,
    Quantile,
    Quantity,
    Rate,
    Ratio,
    Share,
)
from mlmon.plan.signals import Signal
from mlmon.targets.grafana.drawing import MetricMath, MetricStat
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.signals import CloudWatchBinding
    from mlmon.targets.grafana.drawing import Target

_STATISTICS: Final = {"avg": "Average", "max": "Maximum", "min": "Minimum", "sum": "Sum"}

Ask = Callable[[Signal, str], str]
"""Asks for a statistic of a signal and returns its term, in the signal's unit."""


def targets(series: Iterable[tuple[Quantity, str]], region: str | None) -> tuple[Target, ...]:
    """Return the targets of quantities with their legends; forms that metric math cannot express are left out."""
    if region is None:
        return ()
    found: list[Target] = []
    for index, (quantity, legend) in enumerate(series):
        metrics: list[MetricStat] = []
        if quantity.on("cloudwatch"):
            expression = math(quantity, _asking(metrics, chr(ord("a") + index), region))
            if expression:
                found += [*metrics, MetricMath(f"e{index}", expression, legend or quantity.signals[0].name, region)]
    return tuple(found)


def _asking(metrics: list[MetricStat], prefix: str, region: str) -> Ask:
    def ask(signal: Signal, statistic: str) -> str:
        bound = _bound(signal)
        idents = [f"{prefix}{len(metrics) + number}" for number in range(len(bound.metrics))]
        chosen = statistic or bound.statistic
        for ident, metric in zip(idents, bound.metrics, strict=True):
            metrics.append(MetricStat(ident, bound.namespace, metric, bound.dimensions, chosen, region))
        # A metric without an event has no data, which would take the others with it.
        sums = " + ".join(f"FILL({ident}, 0)" for ident in idents)
        term = f"({sums})" if bound.plus else idents[0]
        return term if bound.scale == 1 else f"({term} * {plain(bound.scale)})"

    return ask


def _bound(signal: Signal) -> CloudWatchBinding:
    if signal.cloudwatch is None:
        raise ValueError(f"{signal.name} has no CloudWatch binding")
    return signal.cloudwatch


@singledispatch
def math(quantity: Quantity, ask: Ask) -> str:
    """Return the metric math of a quantity, empty where there is none."""
    return ""


@math.register
def _(quantity: Rate, ask: Ask) -> str:
    events = ask(quantity.signal, "")
    # An expression takes its period from the metrics it reads, which PERIOD names by their id.
    return f"{events} / PERIOD({_id(events)})"


@math.register
def _(quantity: Increase, ask: Ask) -> str:
    return ask(quantity.signal, "")


@math.register
def _(quantity: Ratio, ask: Ask) -> str:
    part, whole = ask(quantity.part, ""), ask(quantity.whole, "")
    # Error metrics are silent while there are none; a division by zero leaves a gap, as no traffic should.
    return f"FILL({part}, 0) / {whole}"


@math.register
def _(quantity: Quantile, ask: Ask) -> str:
    return ask(quantity.signal, f"p{plain(quantity.q * 100)}")


@math.register
def _(quantity: Level, ask: Ask) -> str:
    return ask(quantity.signal, _STATISTICS[quantity.aggregate])


@math.register
def _(quantity: Mean, ask: Ask) -> str:
    return f"{ask(quantity.total, '')} / {ask(quantity.count, '')}"


@math.register
def _(quantity: Fraction, ask: Ask) -> str:
    part, rest = ask(quantity.part, ""), ask(quantity.rest, "")
    return f"{part} / ({part} + {rest})"


@math.register
def _(quantity: Missing, ask: Ask) -> str:
    return f"1 - {ask(quantity.present, '')} / {ask(quantity.whole, '')}"


@math.register
def _(quantity: Share, ask: Ask) -> str:
    return f"{ask(quantity.part, 'Maximum')} / {ask(quantity.whole, 'Maximum')}"


@math.register
def _(quantity: Gap, ask: Ask) -> str:
    return f"{ask(quantity.wanted, '')} - {ask(quantity.present, '')}"


def _id(term: str) -> str:
    """The id of the first metric in a term."""
    found = re.search(r"[a-z][0-9]+", term)
    return found[0] if found else term
