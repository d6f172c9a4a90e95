"""Finds the proofs of an alert by its kind of condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.plan.baselines import Seasonal, Shift
from mlmon.plan.conditions import Absent, Both, BudgetSpent, BurnRate, Compare, NewCode, NoData, Written, on_backend
from mlmon.targets.proofs import (
    absent,
    baselines,
    burn,
    chunks,
    code,
    compare,
    counted,
    notice,
    period,
    recordings,
    shifts,
    weeks,
    written,
)
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.proof import Proof, Unproven

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Alert, Outputs, ServicePlan
    from mlmon.plan.slo import Slo


def proofs(service: ServicePlan, outputs: Outputs) -> Iterator[Proof | Unproven]:
    """Yield the proofs of every alert of a service that Prometheus evaluates, or why there is none."""
    for alert in service.alerts:
        if on_backend(alert.condition, "prometheus"):
            yield from _attempt(alert, _of(alert, service, outputs))
    yield from recordings.proofs(service)
    for slo in service.slos:
        first = next((one for one in service.alerts if getattr(one.condition, "slo", None) == slo), None)
        if first and slo.indicator.on("prometheus"):
            yield from _attempt(first, _counts(first, slo, outputs))
            yield from filter(None, (period.prove(first, slo), chunks.prove(first, slo, outputs)))


def _attempt(alert: Alert, made: Iterator[Proof]) -> Iterator[Proof | Unproven]:
    try:
        yield from list(made)
    except UnknownInputError as error:
        yield Unproven(alert, str(error))


def _counts(alert: Alert, slo: Slo, outputs: Outputs) -> Iterator[Proof]:
    yield counted.prove(alert, slo, outputs)


def _of(alert: Alert, service: ServicePlan, outputs: Outputs) -> Iterator[Proof]:
    match alert.condition:
        case Absent() as item:
            yield absent.prove(alert, item, service, outputs)
        case NewCode() as item:
            yield code.prove(alert, item, service, outputs)
        case Compare(quantity) as item if isinstance(quantity, baselines.BASELINES):
            yield baselines.prove(alert, item, service, outputs)
            yield from _past(alert, item, service)
        case Compare() | Both():
            yield compare.prove(alert, service, outputs)
        case BurnRate() as item:
            yield burn.prove(alert, item, service, outputs)
        case BudgetSpent() as item:
            yield notice.prove_spent(alert, item, service)
        case NoData() as item:
            yield notice.prove_no_data(alert, item, service, outputs)
        case Written():
            yield from written.prove(alert, service)


def _past(alert: Alert, item: Compare, service: ServicePlan) -> Iterator[Proof]:
    """Yield what shows which stretches of the past a comparison reads."""
    match item.quantity:
        case Seasonal() as seasonal:
            yield from filter(None, [weeks.prove(alert, item, seasonal, service)])
        case Shift() as shift:
            yield from shifts.proofs(alert, item, shift, service)
