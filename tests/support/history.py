"""Hours of made-up history of every signal that a plan reads from Prometheus, as OpenMetrics text.

All is well in it: each quantity stays on the good side of its alerts' thresholds. Traffic has the shape of a day, and
in the last third a second model version takes over part of it.
"""

import math
import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlmon.plan.model import Component, Plan
from mlmon.plan.quantities import Level, Rate
from mlmon.plan.signals import PrometheusBinding, Signal
from mlmon.plan.slo import TimeWhile
from mlmon.promql import slo as names
from mlmon.promql.increments import steps
from tests.support.labelsets import VALUES, closest, label_sets, metrics
from tests.support.levels import Levels, share_below

DAY = 86400
WEEK = 7 * DAY
STEADY = {"targets", "state", "code", "replicas", "pods", "count", "cores"}
"""Units of gauges that do not wobble."""
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


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
            levels, chance = Levels(service), random.Random(service.name)  # noqa: S311
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
    """Write what the rules would have recorded of every SLO: budgets go evenly, and a fifth of each in one night."""
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
    command = [
        promtool,
        "tsdb",
        "create-blocks-from",
        "openmetrics",
        "--max-block-duration=1000h",
        str(text),
        str(data),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _component(component: Component, levels: Levels, shape: Shape, step: float, seen: set[str]) -> Iterator[str]:
    signals = [signal for signal in component.signals if signal.prometheus]
    # A histogram's count may also be read as a counter, and is written once.
    for metric, readers in sorted(metrics(signals).items(), key=lambda item: item[1][0][0].kind != "histogram"):
        for labels in label_sets(readers):
            reader = closest(readers, labels)
            name = metric + _braces(labels)
            if name not in seen:
                seen.add(name)
                if reader.kind == "histogram":
                    seen |= {f"{metric}_{part}{_braces(labels)}" for part in ("count", "sum")}
                yield from _lines(metric, labels, reader, levels, shape, step, others=len(readers) > 1)


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
        self.chance = random.Random(f"{self.shape.seed} {self.signal.name} {sorted(self.labels.items())}")  # noqa: S311
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
            value = (
                level * tilt
                if steady
                else level * tilt * (0.9 + 0.1 * self.shape.at(moment)) * self.chance.uniform(0.97, 1.0)
            )
            if self.signal.kind == "timestamp":
                half = max(level / 2, 60.0)
                value = (moment // half) * half - half if level >= 0 else moment - level
            if self.signal.high is not None and not steady:
                value = min(value, float(self.signal.high) * 0.995)
            yield (
                f"{name} {value / self.scale:.6g} {moment}\n"
                if abs(value) < 1e6
                else f"{name} {value / self.scale:.0f} {moment}\n"
            )

    def histogram(self, metric: str) -> Iterator[str]:
        middle = self.levels.medians.get(
            (self.signal.component, self.signal.name), 0.9 if self.signal.unit == "ratio" else 0.05
        )
        bounds = [float(bound) * self.scale for bound in self.bound.buckets] or [
            bound * max(1.0, middle) for bound in BOUNDS
        ]
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
