"""Asks which instances, versions and other parts of a service spend an SLO's budget, by each label that has bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mlmon.plan.cardinality import is_content
from mlmon.plan.slo import Computed, Events, TimeWhile, Within
from mlmon.promql.quantities import Renderer, binding
from mlmon.promql.text import aggregate, bucket, selector, told_apart
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mlmon.plan.signals import Signal
    from mlmon.plan.slo import Slo
    from mlmon.units import Duration

TOP: Final = 5
_FIRST: Final = ("version", "instance")
"""What a deployment or a sick machine shows in; asked for before all other labels."""


def contributors(slo: Slo, window: Duration) -> list[tuple[str, str]]:
    """Return (label, query) for each label by which bad events, or the values behind bad time, can be told apart.

    Labels are canonical, with the component's name where several components count. Empty for a ratio that is computed
    elsewhere, whose parts nobody knows.
    """
    found: list[tuple[str, str]] = []
    parts = [signal for signal in _judged(slo) if signal.prometheus]
    for signal in parts:
        for label in _labels(signal):
            names = tuple(dict.fromkeys((*slo.group_by, label)))
            title = label if len(parts) == 1 else f"{label} ({signal.component})"
            found.append((title, _query(slo, signal, names, window)))
    return found


def _judged(slo: Slo) -> tuple[Signal, ...]:
    match slo.indicator:
        case Events(pairs):
            return tuple(marked for marked, _ in pairs)
        case Within(histograms):
            return histograms
        case TimeWhile(quantity):
            return quantity.signals[:1]
        case Computed():
            return ()


def _labels(signal: Signal) -> Iterator[str]:
    """Canonical labels that the metric has and its selector leaves open; every scraped series has an instance."""
    bound = binding(signal)
    named = dict(bound.labels)
    fixed = {item.label for series in bound.series for item in series.matchers if item.op == "="}
    for canonical in dict.fromkeys((*(name for name in _FIRST if name in named), "instance", *named)):
        name = bound.label(canonical)
        if name not in fixed and not is_content(name) and not is_content(canonical):
            yield canonical


def _query(slo: Slo, signal: Signal, labels: tuple[str, ...], window: Duration) -> str:
    by = tuple(binding(signal).label(name) for name in labels)
    match slo.indicator:
        case Events(_, "bad"):
            return _top(_increase(signal, by, window))
        case Events(pairs):
            total = next(every for good, every in pairs if good == signal)
            return _top(_rest(_increase(total, by, window), _increase(signal, by, window)))
        case Within(_, threshold):
            return _top(_slow(signal, threshold, by, window))
        case TimeWhile(quantity, bad_if):
            value = Renderer().quantity(replace(quantity, by=labels))
            return f"{'topk' if bad_if == 'above' else 'bottomk'}({TOP}, {value})"
        case Computed():
            raise ValueError("the parts of a computed ratio are not known")


def _top(expression: str) -> str:
    return f"topk({TOP}, {expression} > 0)"


def _rest(every: str, good: str) -> str:
    """What is not good; of a part that has nothing good, everything."""
    return f"(({every} - {good}) or {every})"


def _slow(signal: Signal, threshold: Decimal, by: tuple[str, ...], window: Duration) -> str:
    bound = binding(signal)
    limit = threshold / bound.scale
    if not bound.native:
        within = _increase(signal, by, window, "_bucket", bucket(limit))
        return f"({_increase(signal, by, window, '_count')} - {within})"
    spans = [f"increase({selector(series)}[{window}])" for series in bound.series]
    slow = [f"histogram_count({span}) * (1 - histogram_fraction(0, {plain(limit)}, {span}))" for span in spans]
    return aggregate("sum", by, " or ".join(slow))


def _increase(signal: Signal, by: tuple[str, ...], window: Duration, suffix: str = "", *extra: str) -> str:
    series = binding(signal).series
    terms = [f"increase({selector(item, *extra, suffix=suffix)}[{window}])" for item in series]
    return aggregate("sum", by, told_apart(terms))
