"""Where the signals of a healthy service stand: each quantity well inside the thresholds of its alerts."""

import math
from dataclasses import dataclass, field

from mlmon.plan.conditions import Both, Compare, Condition
from mlmon.plan.model import ServicePlan
from mlmon.plan.moments import Age, TimeLeft
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
)
from mlmon.plan.signals import Signal
from mlmon.plan.slo import TimeWhile

GAUGES = {
    "ratio": 0.4,
    "percent": 40.0,
    "bytes": 3.2e9,
    "celsius": 61.0,
    "watts": 210.0,
    "seconds": 0.2,
    "targets": 1.0,
    "state": 0.0,
    "code": 0.0,
    "requests": 6.0,
    "score": 0.05,
    "replicas": 3.0,
    "pods": 3.0,
    "tokens": 900.0,
    "threads": 38.0,
}
NAMED = {"accuracy": 0.943, "hit_ratio": 0.86, "kv_cache_usage": 0.62, "gpu_utilization": 0.71}
"""Levels of gauges that no threshold speaks of, where the unit's would look wrong."""
RARE = ("error", "fail", "fallback", "reject", "abort", "preempt", "imputed", "miss", "oom", "evict")


@dataclass
class Levels:
    """Where each signal stands: a gauge's value, a counter's rate, a timestamp's age, a histogram's median."""

    service: ServicePlan
    known: dict[tuple[str, str], float] = field(default_factory=dict)
    medians: dict[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        judged = [alert.condition for alert in self.service.alerts]
        for quantity in [part.quantity for condition in judged for part in compares(condition)]:
            self.settle(quantity)
        for slo in self.service.slos:
            if isinstance(slo.indicator, TimeWhile):
                self.settle(slo.indicator.quantity)
        for panel in self.service.panels:
            for item in panel.series:
                self.settle(item.quantity)

    def of(self, signal: Signal) -> float:
        """The level of a signal, chosen by its unit and name where no quantity has settled it."""
        key = (signal.component, signal.name)
        if key not in self.known:
            self.known[key] = self._usual(signal)
        return self.known[key]

    def _usual(self, signal: Signal) -> float:
        rare = any(part in signal.name for part in RARE)
        if signal.kind == "counter":
            return 0.004 if rare else 1.4 if signal.unit == "seconds" else 40.0
        if signal.kind == "timestamp":
            return 6 * 3600.0
        named = next((level for name, level in NAMED.items() if name in signal.name), None)
        return named if named is not None else 0.0 if rare else GAUGES.get(signal.unit, 5.0)

    def put(self, signal: Signal, value: float) -> None:
        """Set a level unless one is known."""
        self.known.setdefault((signal.component, signal.name), value)

    def settle(self, quantity: Quantity) -> None:
        """Choose the levels of a quantity's signals so that it is healthy."""
        value = self.healthy(quantity)
        match quantity:
            case Quantile(signal=signal, q=q):
                self.medians.setdefault((signal.component, signal.name), median(signal, float(q), value))
            case Ratio(part=part, whole=whole) | Share(part=part, whole=whole) | Mean(total=part, count=whole):
                self.put(part, value * self.of(whole))
            case Fraction(part=part, rest=rest):
                self.put(part, value * 2e10)
                self.put(rest, (1 - value) * 2e10)
            case Missing(present=present, whole=whole):
                self.put(present, (1 - value) * self.of(whole))
            case PerRate(level=level, counter=counter):
                self.put(level, value * self.of(counter))
            case Gap(wanted=wanted, present=present):
                self.put(present, self.of(wanted))
            case Increase(signal=signal):
                self.put(signal, value / float(quantity.window.seconds) * 0.2)
            case TimeLeft(signal=signal):
                self.put(signal, -value)
            case Level(signal=signal) | Age(signal=signal) | Rate(signal=signal):
                self.put(signal, value)
            case _:
                self.of(quantity.signals[0])

    def healthy(self, quantity: Quantity) -> float:
        """A value well inside all thresholds on a quantity."""
        above, below = [], []
        for alert in self.service.alerts:
            for part in compares(alert.condition):
                if part.quantity.key == quantity.key:
                    (above if part.op == "above" else below).append(float(part.threshold))
        for slo in self.service.slos:
            if isinstance(slo.indicator, TimeWhile) and slo.indicator.quantity.key == quantity.key:
                (above if slo.indicator.bad_if == "above" else below).append(float(slo.indicator.limit))
        if above and below:
            return (min(above) + max(below)) / 2
        if above:
            return min(above) * (
                0.08
                if isinstance(quantity, Ratio) and min(above) < 0.05
                else 0.03
                if isinstance(quantity, Ratio) and min(above) < 0.2
                else 0.2
                if isinstance(quantity, Quantile)
                else 0.45
            )
        _, high = quantity.bounds
        if below:
            return (max(below) + float(high)) / 2 if high is not None else max(below) * 1.6
        return self._unjudged(quantity)

    def _unjudged(self, quantity: Quantity) -> float:
        if isinstance(quantity, Ratio | Share):
            return 0.002 if any(part in quantity.signals[0].name for part in RARE) else 0.6
        if isinstance(quantity, Missing | Fraction):
            return 0.5
        if isinstance(quantity, Quantile | Mean):
            return {"ratio": 0.9, "seconds": 0.08}.get(quantity.unit, 4.0)
        if isinstance(quantity, Age):
            return 5 * 3600.0
        return self._usual(quantity.signals[0]) if isinstance(quantity, Level | Rate) else 1.0


def compares(condition: Condition) -> list[Compare]:
    """The comparisons of a condition."""
    parts = condition.parts if isinstance(condition, Both) else (condition,)
    return [part for part in parts if isinstance(part, Compare)]


def median(signal: Signal, q: float, value: float) -> float:
    """The median of a distribution whose quantile `q` is `value`: of powers within 0 and 1, log-logistic beyond."""
    if signal.unit == "ratio":
        return 0.5 ** (math.log(value) / math.log(q))
    return value * ((1 - q) / q) ** 0.25


def share_below(signal: Signal, middle: float, bound: float) -> float:
    """Share of observations up to a bound; a tenth of them belongs to a second, slower kind."""
    if signal.unit == "ratio":
        return min(bound, 1.0) ** (math.log(0.5) / math.log(middle)) if bound > 0 else 0.0
    if bound <= 0:
        return 0.0
    fast, slow = (1 / (1 + (bound / center) ** -4.0) for center in (middle * 0.93, middle * 2.2))
    return 0.92 * fast + 0.08 * slow
