"""What a quantity is computed from, so that it has a given value: the inverse of the PromQL of each form."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import singledispatch
from typing import TYPE_CHECKING, Final, Literal

from mlmon.plan.quantities import (
    Fraction,
    Gap,
    Increase,
    Level,
    Mean,
    Missing,
    PerRate,
    Quantile,
    Quantity,
    Rate,
    Ratio,
    Share,
    Variants,
)
from mlmon.plan.trends import Hours, Slope
from mlmon.targets.proofs.buckets import cumulative
from mlmon.targets.proofs.labels import UnknownInputError, inside, outside, selects
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.signals import PrometheusBinding, Signal

_SECONDS: Final = Decimal(3600)
HUNDRED: Final = Decimal(100)
"""Events per second of the whole, or the size of the whole, where a part is a share of it."""


@dataclass(frozen=True)
class Stream:
    """One input series: a gauge that holds `amount`, or a counter that grows by `amount` each second.

    A gauge may move from `amount`, where a stretch begins, by `slope` each second.
    """

    metric: str
    labels: tuple[tuple[str, str], ...]
    kind: Literal["gauge", "counter"]
    amount: Decimal
    slope: Decimal = Decimal(0)


def bound(signal: Signal) -> PrometheusBinding:
    """Return how Prometheus has a signal. Raises UnknownInputError for what promtool cannot be fed with."""
    if signal.prometheus is None:
        raise UnknownInputError(f"{signal.name} is not in Prometheus")
    if signal.prometheus.native:
        raise UnknownInputError(f"promtool before version 3 has no notation for the native histogram {signal.name}")
    return signal.prometheus


def wanted(item: Quantity, signal: Signal) -> dict[str, str]:
    """Return the label values of one group of a quantity under the names that a signal's metric has for them."""
    return {bound(signal).label(name): f"{name}-1" for name in item.by}


def stream(
    metric: str, labels: dict[str, str], kind: Literal["gauge", "counter"], amount: Decimal, **more: str
) -> Stream:
    """Return an input series with its labels in order."""
    return Stream(metric, tuple(sorted({**labels, **more}.items())), kind, amount)


def gauge(item: Quantity, signal: Signal, value: Decimal) -> Stream:
    """Return a gauge that has a value in the signal's unit."""
    how = bound(signal)
    labels = inside(how.series[0], wanted(item, signal))
    return stream(how.series[0].metric, labels, "gauge", value / how.scale)


def counter(item: Quantity, signal: Signal, per_second: Decimal) -> Stream:
    """Return a counter that grows by so much a second, in the signal's unit."""
    how = bound(signal)
    labels = inside(how.series[0], wanted(item, signal))
    return stream(how.series[0].metric, labels, "counter", per_second / how.scale)


def group_in(names: Iterable[str], signal: Signal, one: Stream) -> dict[str, str]:
    """Return those labels of a series that a result grouped by some names has, too."""
    given, binding = dict(one.labels), bound(signal)
    return {label: given[label] for label in map(binding.label, names) if label in given}


@singledispatch
def series_for(item: Quantity, value: Decimal) -> tuple[Stream, ...]:
    """Return input series from which a quantity has a value, one group of it where it is grouped.

    Raises UnknownInputError for a quantity that has no steady input (an age, a comparison with the past).
    """
    del value
    raise UnknownInputError(f"no steady input is known for {item.form}")


@series_for.register
def _(item: Rate, value: Decimal) -> tuple[Stream, ...]:
    return (counter(item, item.signal, value),)


@series_for.register
def _(item: Increase, value: Decimal) -> tuple[Stream, ...]:
    return (counter(item, item.signal, value / item.window.seconds),)


@series_for.register
def _(item: Ratio, value: Decimal) -> tuple[Stream, ...]:
    part, whole = bound(item.part), bound(item.whole)
    selected = inside(part.series[0], {**wanted(item, item.whole), **wanted(item, item.part)})
    bad = stream(part.series[0].metric, selected, "counter", HUNDRED * value)
    if not any(one.metric == bad.metric and selects(one, selected) for one in whole.series):
        return *counters(item, item.part, HUNDRED * value), *counters(item, item.whole, HUNDRED)
    for one in whole.series:
        names = wanted(item, item.whole)
        good = inside(one, names) if one.metric != bad.metric else outside(one, part.series[0], names)
        if good is not None:
            return bad, stream(one.metric, good, "counter", HUNDRED * (1 - value))
    raise UnknownInputError(f"{item.part.name} and {item.whole.name} select the same series")


def counters(item: Quantity, signal: Signal, per_second: Decimal) -> tuple[Stream, ...]:
    """Share events among all the metrics that are counted together."""
    series = bound(signal).series
    each = per_second / len(series)
    return tuple(stream(one.metric, inside(one, wanted(item, signal)), "counter", each) for one in series)


@series_for.register
def _(item: Quantile, value: Decimal) -> tuple[Stream, ...]:
    how = bound(item.signal)
    labels = inside(how.series[0], wanted(item, item.signal))
    counts = cumulative(how.buckets, value / how.scale, item.q, HUNDRED)
    return tuple(
        stream(f"{how.series[0].metric}_bucket", labels, "counter", count, le=le) for le, count in counts.items()
    )


@series_for.register
def _(item: Mean, value: Decimal) -> tuple[Stream, ...]:
    return counter(item, item.total, HUNDRED * value), stream_of_count(item)


def stream_of_count(item: Mean) -> Stream:
    """Return the events of a mean; the renderer scales the total alone."""
    how = bound(item.count)
    return stream(how.series[0].metric, inside(how.series[0], wanted(item, item.count)), "counter", HUNDRED)


@series_for.register
def _(item: Level, value: Decimal) -> tuple[Stream, ...]:
    return (gauge(item, item.signal, value),)


@series_for.register
def _(item: Fraction, value: Decimal) -> tuple[Stream, ...]:
    return gauge(item, item.part, HUNDRED * value), gauge(item, item.rest, HUNDRED * (1 - value))


@series_for.register
def _(item: Missing, value: Decimal) -> tuple[Stream, ...]:
    return gauge(item, item.present, HUNDRED * (1 - value)), gauge(item, item.whole, HUNDRED)


@series_for.register
def _(item: Share, value: Decimal) -> tuple[Stream, ...]:
    return gauge(item, item.part, HUNDRED * value), gauge(item, item.whole, HUNDRED)


@series_for.register
def _(item: PerRate, value: Decimal) -> tuple[Stream, ...]:
    return gauge(item, item.level, HUNDRED * value), counter(item, item.counter, HUNDRED)


@series_for.register
def _(item: Gap, value: Decimal) -> tuple[Stream, ...]:
    return gauge(item, item.wanted, HUNDRED), gauge(item, item.present, HUNDRED - value)


@series_for.register
def _(item: Variants, value: Decimal) -> tuple[Stream, ...]:
    one = counter(item, item.signal, HUNDRED)
    label = bound(item.signal).label(item.label)
    return tuple(
        stream(one.metric, dict(one.labels), "counter", HUNDRED, **{label: f"{item.label}-{plain(Decimal(number))}"})
        for number in range(1, int(value) + 1)
    )


@series_for.register
def _(item: Slope, value: Decimal) -> tuple[Stream, ...]:
    # A gauge that grows steadily goes on from stretch to stretch, as a counter does.
    return (counter(item, item.signal, value / _SECONDS),)


@series_for.register
def _(item: Hours, value: Decimal) -> tuple[Stream, ...]:
    each = value / item.factor / (item.window.seconds / _SECONDS)
    return (gauge(item, item.signal, 1 - each if item.what == "idle" else each),)
