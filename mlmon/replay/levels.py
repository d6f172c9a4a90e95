"""Where each signal of a service stands on a good day: well inside every threshold that the service has on it."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.conditions import Both, Compare
from mlmon.plan.moments import Age, TimeLeft
from mlmon.plan.quantities import (
    DAY,
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
from mlmon.plan.slo import Events, TimeWhile, Within
from mlmon.yamlread import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import ServicePlan
    from mlmon.plan.signals import Signal

STEEPNESS: Final = 6.0
"""Of the log-logistic distribution that latencies follow."""
_USUAL: Final = Path(__file__).with_name("usual.yaml")
_TAIL: Final = 0.1
"""The bulk of a latency lies at a tenth of the lowest threshold: six nines of the requests are faster than that."""
_REMEMBERED: Final = 3600.0
"""Seconds of healthy signals that a replay has at least."""
_Key = tuple[str, str]


def key(signal: Signal) -> _Key:
    """Return what identifies a signal within its service."""
    return signal.component, signal.name


class Levels:
    """The levels of one service: a gauge's value, a counter's rate, a timestamp's age, the bulk of a histogram."""

    def __init__(self, service: ServicePlan) -> None:
        self.service = service
        self._known: dict[_Key, float] = {}
        self._rests: dict[_Key, Signal] = {}
        for quantity, above, below in self._judged():
            self._settle(quantity, above, below)
        self._settle_slos()

    def of(self, signal: Signal) -> float:
        """Return the level of a signal in its unit."""
        if key(signal) not in self._known:
            self._known[key(signal)] = _usual_level(signal)
        return self._known[key(signal)]

    def rest_of(self, signal: Signal) -> Signal | None:
        """Return what a gauge is a share of together with itself, such as free memory for used memory."""
        return self._rests.get(key(signal))

    def urgent(self, signal: Signal) -> float | None:
        """Return the furthest threshold above which anything about a signal is bad; None where there is none."""
        limits = [max(above) for quantity, above, _ in self._judged() if above and quantity.signals[0] == signal]
        for slo in self.service.slos:
            match slo.indicator:
                case Within(histograms, threshold) if signal in histograms:
                    limits.append(float(threshold))
                case TimeWhile(quantity, "above", limit) if quantity.signals[0] == signal:
                    limits.append(float(limit))
        return max(limits, default=None)

    def requests(self, component: str) -> float:
        """Return how many requests a second a component gets on average."""
        found = [self.of(signal) for item in self.service.components for signal in item.signals
                 if item.name == component and signal.name == "requests"]  # fmt: skip
        return found[0] if found else float(_usual()["counters"]["requests"])

    def _judged(self) -> Iterator[tuple[Quantity, list[float], list[float]]]:
        """Yield each quantity with all its thresholds; both halves of `both` may be usual by themselves."""
        found: dict[tuple[object, ...], tuple[Quantity, list[float], list[float]]] = {}
        conditions = [alert.condition for alert in self.service.alerts if not isinstance(alert.condition, Both)]
        for condition in conditions:
            if isinstance(condition, Compare):
                entry = found.setdefault(condition.quantity.key, (condition.quantity, [], []))
                (entry[1] if condition.op == "above" else entry[2]).append(float(condition.threshold))
        for slo in self.service.slos:
            if isinstance(slo.indicator, TimeWhile):
                entry = found.setdefault(slo.indicator.quantity.key, (slo.indicator.quantity, [], []))
                (entry[1] if slo.indicator.bad_if == "above" else entry[2]).append(float(slo.indicator.limit))
        yield from found.values()

    def _put(self, signal: Signal, value: float) -> None:
        self._known.setdefault(key(signal), value)

    def _lower(self, signal: Signal, value: float) -> None:
        self._known[key(signal)] = min(value, self._known.get(key(signal), value))

    def _settle(self, quantity: Quantity, above: list[float], below: list[float]) -> None:
        good = _good(quantity, above, below)
        match quantity:
            case Quantile(signal=signal, q=q) if signal.unit == "ratio":
                self._put(signal, math.log(float(q)) / math.log(good))
            case Quantile(signal=signal) if above:
                self._lower(signal, min(above) * _TAIL)
            case Ratio(part=part, whole=whole):
                # Of what is judged by the day there are few, such as runs of a pipeline, and none fails.
                self._lower(part, 0.0 if quantity.window >= DAY else good * self.of(whole))
            case Share(part=part, whole=whole) | Mean(total=part, count=whole) | PerRate(level=part, counter=whole):
                self._put(part, good * self.of(whole))
            case Fraction(part=part, rest=rest):
                total = _usual_level(part) * 2
                self._put(part, good * total)
                self._put(rest, (1 - good) * total)
                self._rests[key(part)] = rest
            case Missing(present=present, whole=whole):
                self._put(present, (1 - good) * self.of(whole))
            case Gap(wanted=wanted, present=present):
                self._put(present, self.of(wanted))
            case Increase(signal=signal):
                self._put(signal, _often(quantity, above, below))
            case Level(signal=signal) | Age(signal=signal) | Rate(signal=signal) | TimeLeft(signal=signal):
                # An age below zero is a time to come.
                self._put(signal, -good if isinstance(quantity, TimeLeft) else good)
            case _:
                self.of(quantity.signals[0])

    def _settle_slos(self) -> None:
        for slo in self.service.slos:
            match slo.indicator:
                case Events(pairs, "bad"):
                    for bad, every in pairs:
                        self._lower(bad, 0.1 * float(slo.budget) * self.of(every))
                case Within(histograms, threshold):
                    for histogram in histograms:
                        self._lower(histogram, float(threshold) * min(_TAIL * 2, (0.1 * float(slo.budget)) ** (1 / 6)))
                case _:
                    pass


def _good(quantity: Quantity, above: list[float], below: list[float]) -> float:
    low, high = quantity.bounds
    if above and below:
        return (min(above) + max(below)) / 2
    if above:
        return min(above) * (0.05 if isinstance(quantity, Ratio) else 0.45)
    if below and high is not None and high <= 1:
        return (max(below) + float(high)) / 2 if max(below) < high else float(high)
    if below:
        return max(below) * 1.6
    return float(low or 0)


def _often(quantity: Quantity, above: list[float], below: list[float]) -> float:
    """Events a second of what is counted over a window: far above a least number, and none where few are too many."""
    window = float(quantity.window.seconds)
    if below and not above:
        # A window may be longer than what is simulated of it.
        return 20 * max(below) / min(window, _REMEMBERED)
    return _good(quantity, above, below) / window if min(above, default=0) > 10 else 0.0


def _usual_level(signal: Signal) -> float:
    """The level of a signal that nothing judges: by its name, then by its kind and unit."""
    usual = _usual()
    if signal.name in usual["names"]:
        return float(usual["names"][signal.name])
    if any(part in signal.name for part in usual["rare"]):
        return 0.0
    if signal.kind == "timestamp":
        return 6 * 3600.0
    if signal.kind == "histogram":
        return 8.9 if signal.unit == "ratio" else 0.05 if signal.unit == "seconds" else 4.0
    return float(usual["counters" if signal.kind == "counter" else "units"].get(signal.unit, 5))


@cache
def _usual() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(_USUAL.read_text(encoding="utf-8"))
    return found
