"""Proves what is recorded for alerts, panels and baselines: its value, its window, and 0 where nothing is wrong yet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import Mean, Rate, Ratio
from mlmon.promql.text import equals
from mlmon.targets.proofs.inputs import counters, series_for
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.proof import Check, Proof, Step
from mlmon.targets.proofs.states import Grid, Span
from mlmon.targets.proofs.timeline import Stretch, number, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Alert, Recording, ServicePlan
    from mlmon.plan.quantities import Quantity
    from mlmon.targets.proofs.inputs import Stream

_BEFORE, _AFTER = Decimal("0.2"), Decimal("0.6")
_BUSIER: Final = 4
"""How much more there is of everything after the change, so that a part and its whole cannot have two windows."""
_SAMPLES: Final = 20
_NEAR: Final = Decimal("0.12")
_QUIET, _STEADY, _CHANGED, _SETTLED = 4, 8, 9, 12
"""Ticks of half a window: nothing wrong so far, an even share, half of the window new, all of it."""


def proofs(service: ServicePlan) -> Iterator[Proof]:
    """Yield one proof for each recording of a rate, a ratio or a mean; it is kept with an alert of the component."""
    for recording in service.recordings:
        alert = next((one for one in service.alerts if one.component == recording.component), None)
        if alert is None or not isinstance(recording.quantity, Rate | Ratio | Mean):
            continue
        step = recording.quantity.window.seconds / 2
        spacing = step * 2 / _SAMPLES
        if spacing * 1000 % 1 == 0:
            yield from _attempt(recording, service, alert, Grid(step, spacing))


def _attempt(recording: Recording, service: ServicePlan, alert: Alert, at: Grid) -> Iterator[Proof]:
    # What has no known input is reported with the alerts that read it.
    try:
        before, after = (_streams(recording.quantity, value) for value in (_BEFORE, _AFTER))
    except UnknownInputError:
        return
    yield _proof(recording, service, alert, at, (before, after))


def _proof(
    recording: Recording,
    service: ServicePlan,
    alert: Alert,
    at: Grid,
    streams: tuple[tuple[Stream, ...], tuple[Stream, ...]],
) -> Proof:
    before, after = streams
    shares = isinstance(recording.quantity, Ratio)
    quiet = _rest(before, recording.quantity) if shares else before
    busier = tuple(replace(one, amount=one.amount * _BUSIER) for one in after)
    spans = (Span(0, _QUIET), Span(_QUIET, _STEADY - _QUIET), Span(_STEADY, _SETTLED - _STEADY))
    stretches = [Stretch(span, part) for span, part in zip(spans, (quiet, before, busier), strict=True)]
    series = f"sum({recording.record}{equals(service=service.name, component=recording.component)})"
    checks = [
        _near(series, _STEADY, _BEFORE),
        _near(series, _CHANGED, _mixed(recording.quantity)),
        _near(series, _SETTLED, _AFTER * (_BUSIER if isinstance(recording.quantity, Rate) else 1)),
    ]
    if shares:
        checks.append(Check(Step.RECORDED, _QUIET, series, ({"labels": "{}", "value": 0},)))
    keys = {f"metric {one.metric}" for stretch in stretches for one in stretch.streams} | {f"metric {recording.record}"}
    return Proof(alert, at, written(stretches, at), tuple(checks), frozenset(keys))


def _streams(quantity: Quantity, value: Decimal) -> tuple[Stream, ...]:
    # A rate adds up all the metrics that are counted together.
    return counters(quantity, quantity.signal, value) if isinstance(quantity, Rate) else series_for(quantity, value)


def _rest(streams: tuple[Stream, ...], quantity: Quantity) -> tuple[Stream, ...]:
    """Return the events that are none of the part: those that do not grow where its share is nothing."""
    nothing = {(one.metric, one.labels) for one in series_for(quantity, Decimal(0)) if not one.amount}
    return tuple(one for one in streams if (one.metric, one.labels) not in nothing)


def _mixed(quantity: Quantity) -> Decimal:
    """Return the value of a window of which half is new."""
    both = _BEFORE + _AFTER * _BUSIER
    return both / 2 if isinstance(quantity, Rate) else both / (1 + _BUSIER)


def _near(series: str, tick: int, value: Decimal) -> Check:
    """Check a value but for the edges of the window, which promtool 2 and 3 draw otherwise."""
    low, high = (number(value * (1 + sign * _NEAR)) for sign in (-1, 1))
    return Check(Step.RECORDED, tick, f"count({series} > {low} < {high})", ({"labels": "{}", "value": 1},))
