"""What the rules of a service need of its signals: who reads them, by which labels, against which thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlmon.plan.conditions import Absent, Both, BudgetSpent, BurnRate, Compare, NewCode, NoData, Written
from mlmon.plan.quantities import Increase, Quantile, Rate, Ratio, Variants
from mlmon.plan.slo import Events, TimeWhile, Within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mlmon.diagnostics import Place
    from mlmon.plan.conditions import Condition
    from mlmon.plan.model import ServicePlan
    from mlmon.plan.quantities import Quantity
    from mlmon.plan.signals import Signal
    from mlmon.plan.slo import Slo


@dataclass(frozen=True)
class Reader:
    """Something that reads a signal, and where it stands."""

    what: Literal["SLO", "alert", "recording", "panel"]
    name: str
    place: Place

    @property
    def is_rule(self) -> bool:
        """Whether Prometheus evaluates it; nobody is woken, or not woken, by a panel."""
        return self.what != "panel"


@dataclass(frozen=True, kw_only=True)
class Use:
    """One reading of a signal. `part_of`: it counts a part of that signal's events, and may not exist before the first.

    `counts_events`: it only waits for more than so many events, so that no series reads like none of them.
    `labels` are canonical; without those in `vital` nothing comes out, without the others less detail. `at_bucket` has
    to be a bucket's bound, `below_top` lower than the highest one; both are in the signal's unit.
    """

    signal: Signal
    reader: Reader
    labels: tuple[str, ...] = ()
    vital: tuple[str, ...] = ()
    at_bucket: Decimal | None = None
    below_top: Decimal | None = None
    part_of: Signal | None = None
    counts_events: bool = False


def uses(service: ServicePlan) -> Iterator[Use]:
    """Return every reading of every signal of a service."""
    for slo in service.slos:
        yield from _of_slo(slo)
    for alert in service.alerts:
        yield from _of_condition(alert.condition, Reader("alert", alert.name, alert.origin))
    for recording in service.recordings:
        yield from _of_quantity(recording.quantity, Reader("recording", recording.record, service.origin))
    for panel in service.panels:
        for item in panel.series:
            yield from _of_quantity(item.quantity, Reader("panel", panel.title, service.origin))


def _of_slo(slo: Slo) -> Iterator[Use]:
    reader, indicator = Reader("SLO", slo.name, slo.origin), slo.indicator
    if isinstance(indicator, Events):
        for marked, total in indicator.pairs:
            whole = total if indicator.marks == "bad" else None
            yield Use(signal=marked, reader=reader, vital=slo.group_by, part_of=whole)
            yield Use(signal=total, reader=reader, vital=slo.group_by)
    elif isinstance(indicator, Within):
        for signal in indicator.histograms:
            yield Use(signal=signal, reader=reader, vital=slo.group_by, at_bucket=indicator.threshold)
    elif isinstance(indicator, TimeWhile):
        limit = indicator.limit if indicator.bad_if == "above" else None
        yield from _of_quantity(indicator.quantity, reader, limit)


def _of_condition(condition: Condition, reader: Reader, on: tuple[str, ...] = ()) -> Iterator[Use]:
    if isinstance(condition, Compare):
        limit = condition.threshold if condition.op == "above" else None
        yield from _of_quantity(condition.quantity, reader, limit, on)
    elif isinstance(condition, Both):
        for part in condition.parts:
            yield from _of_condition(part, reader, condition.on)
    elif isinstance(condition, NewCode):
        yield Use(signal=condition.signal, reader=reader, labels=condition.by, vital=on)
    elif isinstance(condition, Absent):
        yield Use(signal=condition.signal, reader=reader)
    # What reads an SLO's recordings needs no more than the SLO; PromQL written by hand is not known.
    elif not isinstance(condition, BurnRate | BudgetSpent | NoData | Written):
        raise TypeError(f"unknown condition {condition}")


def _of_quantity(
    quantity: Quantity, reader: Reader, limit: Decimal | None = None, vital: tuple[str, ...] = ()
) -> Iterator[Use]:
    counted = (quantity.label,) if isinstance(quantity, Variants) else ()
    for place, signal in enumerate(quantity.signals):
        is_part = isinstance(quantity, Ratio) and place == 0 and signal.kind == "counter"
        yield Use(
            signal=signal,
            reader=reader,
            labels=quantity.by,
            vital=(*vital, *counted),
            below_top=limit if isinstance(quantity, Quantile) else None,
            part_of=quantity.signals[1] if is_part else None,
            counts_events=limit is not None and isinstance(quantity, Rate | Increase),
        )
