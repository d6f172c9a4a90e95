"""Proves a burn-rate tier: each of its windows and its floor of bad events is the one that decides once.

The long windows are fed with what the SLO records rather than with raw series: a tier of three days at thirty seconds
would be 8,640 evaluations, of which a step as long as a fifth of the short window needs a hundred.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql import slo as expr
from mlmon.targets.proofs.expected import labels
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.proof import Check, Proof, Step, firing, labelled, not_firing, silent
from mlmon.targets.proofs.recorded import Counts, group_of
from mlmon.targets.proofs.states import Grid
from mlmon.targets.proofs.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.conditions import BurnRate
    from mlmon.plan.model import Alert, Outputs, ServicePlan
    from mlmon.plan.slo import Slo

_STEPS: Final = tuple(map(Decimal, (3600, 300, 60, 30, 15, 5, 1)))
_MANY: Final = 1000
_FINE: Final = 5
_SHORT, _BEYOND = Decimal("0.98"), Decimal("1.02")


def prove(alert: Alert, item: BurnRate, service: ServicePlan, outputs: Outputs) -> Proof:
    """Return the proof of one tier of one SLO."""
    slo, tier = item.slo, item.tier
    step = _step(tier.short.seconds, tier.long.seconds)
    short, long = int(tier.short.seconds / step), int(tier.long.seconds / step)
    limit = tier.threshold(slo.objective)
    many = Decimal(max(tier.min_errors, 1) * _MANY) / limit
    counts, checks = Counts(), list[Check]()

    def go(ticks: int, share: Decimal) -> int:
        """Go on at a share of the threshold, and return the tick before."""
        begun = counts.now
        counts.add(ticks, many, many * limit * share)
        return begun

    if tier.min_errors:
        checks += _guarded(alert, tier.min_errors, counts)
    go(long, Decimal(0))
    checks.append(silent(Step.HEALTHY, counts.now, alert))
    go(long, _SHORT)
    checks.append(silent(Step.SHORT, counts.now, alert))
    enter = Window((long, long), 1).until(_SHORT - 1, _BEYOND - 1)
    begun = go(enter.last + 1, _BEYOND)
    checks += [
        not_firing(Step.WAITING, begun + enter.first - 1, alert),
        firing(Step.FIRING, begun + enter.last, alert),
        labelled(begun + enter.last, alert, labels(alert, service, group_of(slo))),
    ]
    burst = min(Decimal(3), max(1 / limit, _BEYOND))
    # The long window stays above its threshold for a while, so that it is the short one that ends the alert.
    leave = Window((short, short), 1).until(burst - 1, _SHORT - 1)
    go(2 * short, burst)
    begun = go(leave.last, _SHORT)
    checks += [
        firing(Step.LASTING, begun + leave.first - 1, alert),
        silent(Step.RESOLVED, begun + leave.last, alert),
    ]
    series = _series(counts, slo, step, outputs)
    return Proof(alert, Grid(step, step / 2), series, tuple(checks), frozenset({f"slo {slo.id}"}))


def _series(counts: Counts, slo: Slo, step: Decimal, outputs: Outputs) -> dict[str, str]:
    """Return what is fed: steps that are longer than a chunk would leave most of the chunks out."""
    series = counts.series(slo, expr.EVENTS, expr.ERRORS, outputs.evaluation_interval)
    if step > expr.CHUNK.seconds:
        series |= counts.series(slo, expr.EVENTS_CHUNK, expr.ERRORS_CHUNK, expr.CHUNK)
    return series


def _guarded(alert: Alert, least: int, counts: Counts) -> Iterator[Check]:
    """Count nothing but bad events, just too few and then enough."""
    few, enough = least * _SHORT, least * _BEYOND
    counts.add(1, few, few)
    yield silent(Step.GUARDED, counts.now, alert)
    counts.add(1, enough - few, enough - few)
    yield firing(Step.FIRING, counts.now, alert)


def _step(short: Decimal, long: Decimal) -> Decimal:
    """Return a step that divides both windows; where chunks are added up, one at which each is recorded once."""
    chunked = long >= expr.LONG.seconds
    for step in _STEPS:
        whole = short % step == 0 and long % step == 0
        if whole and (short >= _FINE * step or (chunked and step == expr.CHUNK.seconds)):
            return step
    raise UnknownInputError("the tier's windows have no common step")
