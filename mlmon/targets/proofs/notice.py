"""Proves the notices of spent budget, and that of lost data."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from mlmon.plan.slo import CalendarPeriod
from mlmon.promql import slo as expr
from mlmon.targets.proofs.expected import instance, labels
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.proof import Check, Proof, Step, firing, labelled, not_firing, silent, ticks
from mlmon.targets.proofs.recorded import Counts, group_of
from mlmon.targets.proofs.states import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.conditions import BudgetSpent, NoData
    from mlmon.plan.model import Alert, Outputs, ServicePlan
    from mlmon.plan.slo import Slo

_GRID: Final = Grid(expr.CHUNK.seconds, expr.CHUNK.seconds / 2)
_MANY: Final = Decimal(1000)
_SHORT, _BEYOND, _HALF = Decimal("0.98"), Decimal("1.02"), Decimal("0.5")
_MOST_SAMPLES: Final = 10_000
_QUARTER, _DAY = 3, 288
"""Chunks in fifteen minutes, after which data count as lost, and in the day after which that is no longer news."""


def prove_spent(alert: Alert, item: BudgetSpent, service: ServicePlan) -> Proof:
    """Return the proof of one notice: before it, within its band, and where the next one takes over."""
    slo, notice = item.slo, item.notice
    if beyond_promtool(slo):
        raise UnknownInputError(f"promtool reads at most 10,000 samples in a query, and a {slo.period} has more chunks")
    wait = ticks(alert.for_, _GRID.step)
    many = _MANY * max(notice.min_errors, 1) / (slo.budget * notice.spent)
    short, beyond = _around(notice.spent)
    counts, checks = Counts(), list[Check]()

    def go(share: Decimal, length: int) -> int:
        """Bring the spent share of the budget to a value and keep it there; return the tick before."""
        begun = counts.now
        counts.reach(share * slo.budget, many)
        counts.add(length - 1, many, many * share * slo.budget)
        return begun

    if notice.min_errors:
        checks += _guarded(alert, notice.min_errors, beyond * slo.budget, counts)
    go(notice.spent * _HALF, 2)
    checks.append(silent(Step.HEALTHY, counts.now, alert))
    go(short, 2)
    checks.append(silent(Step.SHORT, counts.now, alert))
    begun = go(beyond, wait + 2)
    checks += [
        not_firing(Step.WAITING, begun + wait, alert),
        firing(Step.FIRING, begun + wait + 1, alert),
        labelled(begun + wait + 1, alert, labels(alert, service, group_of(slo))),
    ]
    if notice.until is not None:
        before, after = _around(notice.until)
        go(before, 2)
        checks.append(firing(Step.LASTING, counts.now, alert))
        go(after, 2)
        checks.append(silent(Step.RESOLVED, counts.now, alert))
    go(notice.spent * _HALF, 2)
    checks.append(silent(Step.RESOLVED, counts.now, alert))
    series = counts.series(slo, expr.EVENTS_CHUNK, expr.ERRORS_CHUNK, expr.CHUNK)
    return Proof(alert, _GRID, series, tuple(checks), frozenset({f"slo {slo.id}"}))


def _guarded(alert: Alert, least: int, ratio: Decimal, counts: Counts) -> Iterator[Check]:
    """Spend the budget by just too few bad events, and then by enough."""
    for errors, check in (
        (least * _SHORT, partial(silent, Step.GUARDED)),
        (least * (_BEYOND - _SHORT), partial(firing, Step.FIRING)),
    ):
        counts.add(1, errors / ratio, errors)
        counts.add(ticks(alert.for_, _GRID.step) + 1, Decimal(0), Decimal(0))
        yield check(counts.now, alert)


def _around(spent: Decimal) -> tuple[Decimal, Decimal]:
    """Return shares just short of and just beyond one, by what is left: that is what the rule compares."""
    left = 1 - spent
    return (1 - left * _BEYOND, 1 - left * _SHORT) if left > 0 else (spent * _SHORT, spent * _BEYOND)


def beyond_promtool(slo: Slo) -> bool:
    """Tell whether promtool refuses to evaluate an SLO's rules: a calendar period is read chunk by chunk, at once.

    The limit is written down in cmd/promtool/unittest.go (https://github.com/prometheus/prometheus/issues/17237).
    """
    chunks = slo.period.seconds / expr.CHUNK.seconds
    return isinstance(slo.period, CalendarPeriod) and chunks > _MOST_SAMPLES


def prove_no_data(alert: Alert, item: NoData, service: ServicePlan, outputs: Outputs) -> Proof:
    """Return the proof of lost data: a gap of ten minutes is none, and one of a day is no news any more."""
    slo, wait = item.slo, ticks(alert.for_, _GRID.step)
    counts, one = Counts(), Decimal(1)
    counts.add(3, one, None)
    checks = [silent(Step.HEALTHY, counts.now, alert)]
    counts.add(_QUARTER - 1, None, None)
    checks.append(silent(Step.SHORT, counts.now, alert))
    counts.add(2, one, None)
    begun = counts.now
    counts.add(_QUARTER + wait + 1, None, None)
    group = group_of(slo)
    checks += [
        not_firing(Step.WAITING, begun + _QUARTER + wait - 1, alert),
        firing(Step.FIRING, begun + _QUARTER + wait, alert),
    ]
    if len(service.slos) == 1:
        found = instance(alert, service, outputs, group, one)
        checks.append(Check(Step.TEXTS, counts.now, alerts=(found,)))
    else:
        checks.append(labelled(counts.now, alert, labels(alert, service, group)))
    counts.add(2, one, None)
    checks.append(silent(Step.RESOLVED, counts.now, alert))
    begun = counts.now
    counts.add(_DAY + 1, None, None)
    checks += [
        firing(Step.LASTING, begun + _DAY - 1, alert),
        silent(Step.RESOLVED, begun + _DAY, alert),
    ]
    series = counts.series(slo, expr.EVENTS, expr.ERRORS, outputs.evaluation_interval)
    series = {name: values for name, values in series.items() if name.startswith(expr.EVENTS)}
    return Proof(alert, _GRID, series, tuple(checks), frozenset({f"slo {slo.id}"}))
