"""Hours of made-up history of every signal that a plan reads from Prometheus, as OpenMetrics text.

All is well in it: each quantity stays on the good side of its alerts' thresholds. Traffic has the shape of a day, and
in the last third a second model version takes over part of it.
"""

import math
import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mlmon.plan.conditions import Both, Compare, Condition
from mlmon.plan.model import Component, Plan, ServicePlan
from mlmon.plan.quantities import (
    Age,
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
from mlmon.plan.signals import Matcher, PrometheusBinding, Series, Signal
from mlmon.plan.slo import TimeWhile
from mlmon.promql import slo as names
from mlmon.promql.increments import steps
from tests.support.matching import accepts, example, refused

DAY = 86400
WEEK = 7 * DAY
VALUES = {"version": ("v12", "v13"), "instance": ("10.0.3.11:8000", "10.0.3.12:8000"), "gpu": ("0", "1")}
"""Values of canonical labels; every other label has one value."""
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
}
NAMED = {"accuracy": 0.943, "hit_ratio": 0.86, "kv_cache_usage": 0.62, "gpu_utilization": 0.71}
"""Levels of gauges that no threshold speaks of, where the unit's would look wrong."""
STEADY = {"targets", "state", "code", "replicas", "pods", "count", "cores"}
"""Units of gauges that do not wobble."""
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
RARE = ("error", "fail", "fallback", "reject", "abort", "preempt", "imputed", "miss", "oom", "evict")


@dataclass
class Levels:
    """Where each signal of a service stands: a gauge's value, a counter's rate, a timestamp's age, a histogram's bulk."""

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
            return 0.004 if rare else 40.0
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
            return min(above) * (0.08 if isinstance(quantity, Ratio) and min(above) < 0.2 else 0.2 if isinstance(quantity, Quantile) else 0.45)
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


@dataclass(frozen=True)
class Shape:
    """The course of traffic: 1 on average, with the busiest hour in the afternoon, and a little noise."""

    seed: str
    start: float
    end: float

    def at(self, moment: float) -> float:
        """The factor of a moment, without noise."""
        return 1 + 0.3 * math.sin(2 * math.pi * (moment % DAY - 9 * 3600) / DAY)

    def new_version(self, moment: float) -> float:
        """Share of the traffic that the second version has."""
        begin = self.start + (self.end - self.start) * 2 / 3
        return 0.0 if moment < begin else min(0.35, 0.05 + 0.6 * (moment - begin) / (self.end - begin))


def write(plan: Plan, path: Path, *, start: float, end: float, step: float = 15) -> None:
    """Write the history of every service."""
    with path.open("w", encoding="utf-8") as file:
        seen: set[str] = set()
        for service in plan.services:
            levels = Levels(service)
            for component in service.components:
                for line in _component(component, levels, Shape(service.name, start, end), step, seen):
                    file.write(line)
        file.write("# EOF\n")


def write_baselines(plan: Plan, path: Path, *, end: float, weeks: int = 3) -> None:
    """Write what the rules would have recorded in past weeks, every half hour, for quantities that look back on it."""
    with path.open("w", encoding="utf-8") as file:
        for service in plan.services:
            levels, chance = Levels(service), random.Random(service.name)
            shape = Shape(service.name, end - weeks * WEEK, end)
            for recording in service.recordings:
                quantity = recording.quantity
                if isinstance(quantity, Rate | Level) and not quantity.by:
                    labels = _braces({"service": service.name, "component": recording.component})
                    level = levels.of(quantity.signals[0])
                    for moment in range(int(end - weeks * WEEK - DAY), int(end - DAY / 2), 1800):
                        factor = shape.at(moment) if isinstance(quantity, Rate) else 1
                        value = level * factor * (1 + 0.03 * chance.random())
                        file.write(f"{recording.record}{labels} {value:.6g} {moment}\n")
        file.write("# EOF\n")


def write_slos(plan: Plan, path: Path, *, end: float, days: int) -> None:
    """Write what the rules would have recorded of every SLO: a third of the budget goes evenly, a fifth in one night."""
    at = steps(plan.outputs.scrape_interval, plan.outputs.evaluation_interval)
    first, incident = int(end - days * DAY), int(end - days * DAY * 0.4)
    with path.open("w", encoding="utf-8") as file:
        for slo in [slo for service in plan.services for slo in service.slos if slo.indicator.on("prometheus")]:
            shape, tags = Shape(slo.service, first, end), _braces(names.labels(slo))
            timed = isinstance(slo.indicator, TimeWhile)
            night = float(slo.budget) * days * DAY * 0.2 / 7200
            for moment, seconds, events, errors in _slo_moments(first, end, float(at.interval.seconds)):
                total = seconds if timed else seconds * 80 * shape.at(moment)
                bad = total * float(slo.budget) * (0.33 if slo.kind != "freshness" else 0)
                bad += total * night if incident < moment < incident + 7200 and slo.kind != "freshness" else 0
                suffix = names.CHUNK if seconds == float(names.CHUNK.seconds) else at.interval
                file.write(f"{events}{suffix}{tags} {total:.6g} {moment}\n")
                file.write(f"{errors}{suffix}{tags} {min(bad, total):.6g} {moment}\n")
        file.write("# EOF\n")


def _slo_moments(first: int, end: float, interval: float) -> Iterator[tuple[int, float, str, str]]:
    chunk = float(names.CHUNK.seconds)
    for moment in range(first, int(end), int(chunk)):
        yield moment, chunk, names.EVENTS_CHUNK, names.ERRORS_CHUNK
    for moment in range(max(first, int(end - 6 * 3600)), int(end), int(interval)):
        yield moment, interval, names.EVENTS, names.ERRORS


def import_blocks(promtool: str, text: Path, data: Path) -> None:
    """Turn OpenMetrics text into blocks. Raises AssertionError with promtool's words when it cannot."""
    command = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1000h", str(text), str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _component(
    component: Component, levels: Levels, shape: Shape, step: float, seen: set[str]
) -> Iterator[str]:
    signals = [signal for signal in component.signals if signal.prometheus]
    for metric, readers in _metrics(signals).items():
        for labels in _label_sets(readers):
            reader = _closest(readers, labels)
            name = metric + _braces(labels)
            if name not in seen:
                seen.add(name)
                yield from _lines(metric, labels, reader, levels, shape, step, others=len(readers) > 1)


def _metrics(signals: list[Signal]) -> dict[str, list[tuple[Signal, Series]]]:
    found: dict[str, list[tuple[Signal, Series]]] = {}
    for signal in signals:
        assert signal.prometheus is not None
        for series in signal.prometheus.series:
            found.setdefault(series.metric, []).append((signal, series))
    return found


def _label_sets(readers: list[tuple[Signal, Series]]) -> list[dict[str, str]]:
    """Label sets such that every reader finds some, and those with fewer matchers find more than the others do."""
    keys: dict[str, list[str]] = {}
    for signal, series in readers:
        for matcher in series.matchers:
            keys.setdefault(matcher.label, [])
        bound = signal.prometheus
        for canonical, label in dict(bound.labels).items() if bound else ():
            values = VALUES.get(canonical, (f"{canonical}-1",))
            keys.setdefault(label, list(values))
    keys.setdefault("instance", list(VALUES["instance"]))
    for label, values in keys.items():
        _fill(values, [_matchers(series, label) for _, series in readers])
    sets: list[dict[str, str]] = [{}]
    for label, values in keys.items():
        sets = [{**labels, label: value} for labels in sets for value in values]
    return [labels for labels in sets if any(_reads(series, labels) for _, series in readers)]


def _fill(values: list[str], wanted: list[list[Matcher]]) -> None:
    """Add values that satisfy each reader's matchers on a label, and one for those that do not care."""
    judged = [matchers for matchers in wanted if matchers]
    if not judged:
        return
    kept = [value for value in values if any(accepts(matchers, value) for matchers in judged)]
    kept += [example(matchers) for matchers in judged if not any(accepts(matchers, value) for value in kept)]
    if len(judged) < len(wanted):
        offered = ["ok", "other", *(excluded for matchers in judged for excluded in refused(matchers))]
        kept += [value for value in offered if not any(accepts(one, value) for one in judged)][:1]
    values[:] = list(dict.fromkeys(kept))


def _matchers(series: Series, label: str) -> list[Matcher]:
    return [matcher for matcher in series.matchers if matcher.label == label]


def _reads(series: Series, labels: dict[str, str]) -> bool:
    return all(accepts([matcher], labels.get(matcher.label, "")) for matcher in series.matchers)


def _closest(readers: list[tuple[Signal, Series]], labels: dict[str, str]) -> Signal:
    """The most particular reader that finds a label set: errors rather than requests."""
    fitting = [(signal, series) for signal, series in readers if _reads(series, labels)]
    return max(fitting, key=lambda item: (len(item[1].matchers), -len(_series(item[0]))))[0]


def _series(signal: Signal) -> tuple[Series, ...]:
    assert signal.prometheus is not None
    return signal.prometheus.series


def _lines(
    metric: str, labels: dict[str, str], signal: Signal, levels: Levels, shape: Shape, step: float, *, others: bool
) -> Iterator[str]:
    bound = signal.prometheus
    assert bound is not None
    course = _Course(signal, bound, labels, levels, shape, step)
    if signal.kind == "histogram":
        yield from course.histogram(metric)
    elif signal.kind == "counter":
        yield from course.counter(metric)
    else:
        yield from course.gauge(metric)


@dataclass
class _Course:
    """The samples of one label set."""

    signal: Signal
    bound: PrometheusBinding
    labels: dict[str, str]
    levels: Levels
    shape: Shape
    step: float

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.shape.seed} {self.signal.name} {sorted(self.labels.items())}")
        self.scale = float(self.bound.scale)
        named = dict(self.bound.labels)
        self.version = self.labels.get(named.get("version", ""), "")
        self.weight = 1 / len(VALUES["instance"])
        self.weight *= self.chance.uniform(0.9, 1.1)

    def moments(self) -> Iterator[tuple[int, float]]:
        """Times, and the share of the service's events that fall to this label set."""
        moment = self.shape.start
        while moment <= self.shape.end:
            new = self.shape.new_version(moment)
            share = {"v12": 1 - new, "v13": new}.get(self.version, 1.0) * self.weight
            if not (self.version == "v13" and new == 0):
                yield int(moment), share
            moment += self.step

    def counter(self, metric: str) -> Iterator[str]:
        name, total = metric + _braces(self.labels), 0.0
        rate = self.levels.of(self.signal) / self.scale
        for moment, share in self.moments():
            total += rate * share * self.shape.at(moment) * self.step * self.chance.uniform(0.85, 1.15)
            yield f"{name} {total:.6f} {moment}\n"

    def gauge(self, metric: str) -> Iterator[str]:
        name, level = metric + _braces(self.labels), self.levels.of(self.signal)
        steady = self.signal.unit in STEADY or self.signal.kind == "timestamp"
        tilt = 1.0 if steady or level <= 0 else self.chance.uniform(0.94, 1.0)
        for moment, _ in self.moments():
            value = level * tilt if steady else level * tilt * (0.9 + 0.1 * self.shape.at(moment)) * self.chance.uniform(0.97, 1.0)
            if self.signal.kind == "timestamp":
                half = max(level / 2, 60.0)
                value = (moment // half) * half - half
            if self.signal.high is not None and not steady:
                value = min(value, float(self.signal.high) * 0.995)
            yield f"{name} {value / self.scale:.6g} {moment}\n" if abs(value) < 1e6 else f"{name} {value / self.scale:.0f} {moment}\n"

    def histogram(self, metric: str) -> Iterator[str]:
        middle = self.levels.medians.get((self.signal.component, self.signal.name), 0.9 if self.signal.unit == "ratio" else 0.05)
        bounds = [float(bound) * self.scale for bound in self.bound.buckets] or [bound * max(1.0, middle) for bound in BOUNDS]
        names = [f"{metric}_bucket{_braces({**self.labels, 'le': repr(bound / self.scale)})}" for bound in bounds]
        names.append(f"{metric}_bucket{_braces({**self.labels, 'le': '+Inf'})}")
        totals, tags = [0.0] * len(names), _braces(self.labels)
        summed = 0.0
        rate = self.levels.of(self.signal) if self.signal.kind == "counter" else 40.0
        for moment, share in self.moments():
            events = rate * share * self.shape.at(moment) * self.step * self.chance.uniform(0.9, 1.1)
            now = middle * (0.85 + 0.15 * self.shape.at(moment)) * self.chance.uniform(0.97, 1.03)
            now = min(now, 0.97) if self.signal.unit == "ratio" else now
            for index, bound in enumerate(bounds):
                totals[index] += events * share_below(self.signal, now, bound)
            totals[-1] += events
            summed += events * now / self.scale
            for name, total in zip(names, totals, strict=True):
                yield f"{name} {total:.6f} {moment}\n"
            yield f"{metric}_count{tags} {totals[-1]:.6f} {moment}\n{metric}_sum{tags} {summed:.6f} {moment}\n"


def _braces(labels: dict[str, str]) -> str:
    def quoted(value: str) -> str:
        return re.sub(r'(["\\])', r"\\\1", value).replace("\n", "\\n")

    return "{" + ",".join(f'{key}="{quoted(value)}"' for key, value in sorted(labels.items())) + "}"

