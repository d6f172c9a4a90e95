"""Proves that an SLO counts its events and its bad events exactly, which is what all its alerts are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Compare
from mlmon.plan.quantities import Ratio
from mlmon.plan.slo import Computed, Events, Slo, TimeWhile, Within
from mlmon.promql import slo as expr
from mlmon.targets.proofs.forms import form
from mlmon.targets.proofs.inputs import HUNDRED, Stream, bound, series_for, stream
from mlmon.targets.proofs.labels import UnknownInputError, inside
from mlmon.targets.proofs.proof import Check, Proof, Step
from mlmon.targets.proofs.states import Grid, Span, State
from mlmon.targets.proofs.timeline import Stretch, number, written
from mlmon.units import plain

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Outputs
    from mlmon.plan.signals import Signal

_BAD: Final = Decimal("0.25")
_MORE: Final = 4


def prove(alert: Alert, slo: Slo, outputs: Outputs) -> Proof:
    """Return the proof, kept with one alert of the SLO. Raises UnknownInputError for a ratio written by hand."""
    interval = outputs.evaluation_interval.seconds
    at = Grid(interval, interval)
    length = _length(slo, at)
    stretches = [
        Stretch(span, streams(slo, state, span, at))
        for span, state in ((Span(0, length), State.WELL), (Span(length, length), State.BEYOND))
    ]
    per_tick = interval if slo.counts_time and not slo.slice else HUNDRED * interval
    bad = Decimal(1) if isinstance(slo.indicator, TimeWhile) else _BAD
    names = (expr.SLICED_EVENTS, expr.SLICED_ERRORS) if slo.slice else (expr.EVENTS, expr.ERRORS)
    wanted = [(length, per_tick, Decimal(0)), (2 * length, per_tick, per_tick * bad)]
    checks = [
        is_counted(expr.series(name, slo, outputs.evaluation_interval), tick, value)
        for tick, events, errors in wanted
        for name, value in zip(names, (events, errors), strict=True)
    ]
    if not slo.slice:
        chunk = expr.CHUNK.seconds / interval
        values = {expr.EVENTS_CHUNK: per_tick * chunk, expr.ERRORS_CHUNK: per_tick * chunk * bad}
        checks += [is_counted(expr.series(name, slo, expr.CHUNK), 2 * length, value) for name, value in values.items()]
    keys = {f"metric {one.metric}" for stretch in stretches for one in stretch.streams} | {f"slo {slo.id}"}
    return Proof(alert, at, written(stretches, at), tuple(checks), frozenset(keys))


def is_counted(selected: str, tick: int, value: Decimal) -> Check:
    """Check a number that an SLO has recorded, to a thousandth."""
    return Check(
        Step.COUNTED, tick, f"round(sum({selected}), 0.001)", ({"labels": "{}", "value": float(number(value))},)
    )


def _length(slo: Slo, at: Grid) -> int:
    """Long enough for a chunk and for what is counted to have settled."""
    least = int(expr.CHUNK.seconds / at.step) + _MORE
    if isinstance(slo.indicator, TimeWhile):
        return least + form(_comparison(slo.indicator), at).settled
    return least


def _comparison(item: TimeWhile) -> Compare:
    return Compare(item.quantity, "above" if item.bad_if == "above" else "below", item.limit)


def streams(slo: Slo, state: State, span: Span, at: Grid) -> tuple[Stream, ...]:
    """Return the input of an indicator: a quarter of the events is bad, or all of the time."""
    bad = _BAD if state is State.BEYOND else Decimal(0)
    match slo.indicator:
        case Events(pairs, marks):
            marked, total = next(pair for pair in pairs if pair[0].prometheus and pair[1].prometheus)
            share = bad if marks == "bad" else 1 - bad
            return series_for(Ratio(part=marked, whole=total, by=slo.group_by), share)
        case Within(histograms, threshold):
            return _histogram(slo, histograms[0], threshold, bad)
        case TimeWhile():
            return form(_comparison(slo.indicator), at).streams(state, span)
        case Computed():
            raise UnknownInputError(
                "the error ratio of its SLO is written by hand, so that what it counts has no known input"
            )


def _histogram(slo: Slo, signal: Signal, threshold: Decimal, bad: Decimal) -> tuple[Stream, ...]:
    how = bound(signal)
    labels = inside(how.series[0], {how.label(name): f"{name}-1" for name in slo.group_by})
    fast = HUNDRED * (1 - bad)
    metric = how.series[0].metric
    return (
        stream(f"{metric}_count", labels, "counter", HUNDRED),
        stream(f"{metric}_bucket", labels, "counter", fast, le=plain(threshold / how.scale)),
    )
