"""Counters that an SLO's indicator reads, and how much each of them adds to its events and its bad events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.plan.quantities import Ratio
from mlmon.plan.slo import Events, Within
from mlmon.targets.proofs.inputs import bound, wanted
from mlmon.targets.proofs.labels import inside, outside, selects
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlmon.plan.signals import Series, Signal
    from mlmon.plan.slo import Slo

_MOST, _SOME = 100, 40
"""What a sample adds to a counter of all events, and to one of some of them."""


@dataclass(frozen=True)
class Source:
    """An input counter; a sample adds `weight`, of which `events` and `errors` are what the SLO makes of it.

    `late` is a counter that exists from its first event on only.
    """

    metric: str
    labels: tuple[tuple[str, str], ...]
    weight: int
    events: int
    errors: int
    late: bool = False
    newborn: bool = True


def sources(slo: Slo) -> list[Source]:
    """Return the counters of an indicator. Raises UnknownInputError for one that cannot be fed."""
    match slo.indicator:
        case Events():
            return list(_of_events(slo, slo.indicator))
        case Within():
            return list(_of_histograms(slo, slo.indicator))
        case _:
            return []


def _of_events(slo: Slo, indicator: Events) -> Iterator[Source]:
    pairs = [pair for pair in indicator.pairs if pair[0].prometheus and pair[1].prometheus]
    labels: dict[tuple[str, tuple[tuple[str, str], ...]], bool] = {}
    for marked, whole in pairs:
        item = Ratio(part=marked, whole=whole, by=slo.group_by)
        for metric, found in _label_sets(item):
            newborn = bound(marked).count_first_samples and bound(whole).count_first_samples
            labels[metric, tuple(sorted(found.items()))] = newborn
    for index, ((metric, chosen), newborn) in enumerate(labels.items()):
        marked_in, whole_in = (
            sum(_is_in(one, metric, dict(chosen)) for pair in pairs for one in bound(pair[place]).series)
            for place in (0, 1)
        )
        weight = (_SOME if marked_in else _MOST) + index
        bad = indicator.marks == "bad"
        errors = marked_in if bad else whole_in - marked_in
        yield Source(metric, chosen, weight, weight * whole_in, weight * errors, bad and bool(marked_in), newborn)


def _label_sets(item: Ratio) -> Iterator[tuple[str, dict[str, str]]]:
    part, whole = bound(item.part), bound(item.whole)
    for one in part.series:
        yield one.metric, inside(one, {**wanted(item, item.whole), **wanted(item, item.part)})
    for one in whole.series:
        names = wanted(item, item.whole)
        within = next((other for other in part.series if other.metric == one.metric), None)
        found = inside(one, names) if within is None else outside(one, within, names)
        if found is not None:
            yield one.metric, found


def _is_in(series: Series, metric: str, labels: Mapping[str, str]) -> bool:
    return series.metric == metric and selects(series, labels)


def _of_histograms(slo: Slo, indicator: Within) -> Iterator[Source]:
    known = [one for one in indicator.histograms if one.prometheus]
    chosen = {(bound(one).series[0].metric, _labels(slo, one)): one for one in known}
    for index, ((metric, labels), signal) in enumerate(chosen.items()):
        how = bound(signal)
        times = sum(_is_in(bound(one).series[0], metric, dict(labels)) for one in known)
        most, some = _MOST + index, _SOME + index
        newborn = how.count_first_samples
        yield Source(f"{metric}_count", labels, most, most * times, most * times, newborn=newborn)
        le = ("le", plain(indicator.threshold / how.scale))
        yield Source(f"{metric}_bucket", tuple(sorted((*labels, le))), some, 0, -some * times, newborn=newborn)


def _labels(slo: Slo, signal: Signal) -> tuple[tuple[str, str], ...]:
    how = bound(signal)
    return tuple(sorted(inside(how.series[0], {how.label(name): f"{name}-1" for name in slo.group_by}).items()))
