"""Bucket bounds of a histogram: the pack's, and every number that a rule compares with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Both, Compare
from mlmon.plan.quantities import Quantile
from mlmon.plan.slo import TimeWhile, Within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.conditions import Condition
    from mlmon.plan.model import ServicePlan
    from mlmon.plan.signals import Signal

_SECONDS: Final = "0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10"
_RATIO: Final = "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 0.95 0.99 1"
_COUNT: Final = "1 2 5 10 20 50 100 200 500 1000 2000 5000 10000"
_USUAL: Final = {"seconds": _SECONDS, "ratio": _RATIO}
"""Where the pack leaves the bounds to the service: for seconds, those that Prometheus's client libraries start from."""


def bounds(signal: Signal, service: ServicePlan) -> tuple[Decimal, ...]:
    """Return the upper bounds of a histogram in the metric's own unit, in order."""
    bound = signal.prometheus
    scale = bound.scale if bound else Decimal(1)
    usual = [Decimal(number) / scale for number in _USUAL.get(signal.unit, _COUNT).split()]
    given = bound.buckets if bound and bound.buckets else usual
    return tuple(sorted({*given, *(number / scale for number in _compared(signal, service))}))


def _compared(signal: Signal, service: ServicePlan) -> Iterator[Decimal]:
    for alert in service.alerts:
        yield from _limits(alert.condition, signal)
    for slo in service.slos:
        indicator = slo.indicator
        if isinstance(indicator, Within) and signal in indicator.histograms:
            yield indicator.threshold
        if isinstance(indicator, TimeWhile) and _is_quantile(indicator.quantity, signal):
            yield indicator.limit


def _limits(condition: Condition, signal: Signal) -> Iterator[Decimal]:
    if isinstance(condition, Both):
        for part in condition.parts:
            yield from _limits(part, signal)
    elif isinstance(condition, Compare) and _is_quantile(condition.quantity, signal):
        yield condition.threshold


def _is_quantile(quantity: object, signal: Signal) -> bool:
    return isinstance(quantity, Quantile) and quantity.signal == signal
