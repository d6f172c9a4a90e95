"""Makes up what the targets of a service would have exposed: the same for the same incident, on every machine."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mlmon.replay.labels import NEW, OLD, closest, label_sets, reads
from mlmon.replay.levels import STEEPNESS
from mlmon.replay.wire import STALE, Labels, labels_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from mlmon.plan.model import Component
    from mlmon.plan.signals import PrometheusBinding, Signal
    from mlmon.replay.course import Course, Sent
    from mlmon.replay.labels import Reader

Samples = list[tuple[int, float]]
Made = tuple[Labels, Samples]

_SERVING: Final = ("10.0.3.11:8000", "10.0.3.12:8000")
_OTHER: Final = ("10.0.9.5:9100",)
_STEADY: Final = frozenset({"targets", "state", "code", "replicas", "pods", "count", "cores", "inodes"})
_MEASURED: Final = frozenset({"seconds", "joules"})
"""Units of counters that count no single events."""
_FEW: Final = 8.0
_SUFFIXES: Final = ("", "_bucket", "_count", "_sum")
_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Of histograms whose bounds the preset does not know, wide enough for a threshold of minutes."""


def exposed(course: Course, moments: Sequence[int], wanted: Container[str]) -> Iterator[Made]:
    """Yield the series of all metrics in `wanted`, and of the scrapes themselves; samples are in milliseconds."""
    seen: set[Labels] = set()
    scraped: dict[tuple[str, str], Component] = {}
    for component in course.service.components:
        instances = _SERVING if component.type == "runtime" else _OTHER
        for metric, readers in _metrics(component).items():
            sets = label_sets(readers, instances)
            for labels in sets:
                scraped.setdefault((labels["job"], labels["instance"]), component)
            if any(metric + suffix in wanted for suffix in _SUFFIXES):
                for name, samples in _Metric(course, component, metric, readers, sets, moments).series():
                    if name not in seen:
                        seen.add(name)
                        yield name, samples
    for (job, instance), component in scraped.items():
        name = labels_of({"__name__": "up", "job": job, "instance": instance})
        if not any(set(name) <= set(other) for other in seen):
            yield name, _scrapes(course, component, moments)


def _metrics(component: Component) -> dict[str, list[Reader]]:
    found: dict[str, list[Reader]] = {}
    for signal in component.signals:
        for series in signal.prometheus.series if signal.prometheus else ():
            found.setdefault(series.metric, []).append((signal, series))
    return found


def _scrapes(course: Course, component: Component, moments: Sequence[int]) -> Samples:
    values = [{"up": 1.0, "down": 0.0}.get(course.state(moment, component), STALE) for moment in moments]
    return _stored(moments, values)


def _stored(moments: Sequence[int], values: Sequence[float]) -> Samples:
    """Leave out what is not there, but for the mark that it has gone."""
    kept: Samples = []
    for moment, value in zip(moments, values, strict=True):
        if not math.isnan(value) or (kept and not math.isnan(kept[-1][1])):
            kept.append((moment * 1000, value))
    return kept


@dataclass
class _Metric:
    """The series of one metric of a component."""

    course: Course
    component: Component
    metric: str
    readers: list[Reader]
    sets: list[dict[str, str]]
    moments: Sequence[int]

    def series(self) -> Iterator[Made]:
        owners = [closest(self.readers, labels) for labels in self.sets]
        for position, (labels, signal) in enumerate(zip(self.sets, owners, strict=True)):
            if signal.prometheus is None:
                continue
            own = [other for other, owner in zip(self.sets, owners, strict=True) if owner == signal]
            first = owners.index(signal) == position
            yield from _Line(self, labels, signal, signal.prometheus, first, own, self._parts(signal, owners)).made()

    def _parts(self, signal: Signal, owners: list[Signal]) -> list[Signal]:
        mine = [series for reader, series in self.readers if reader == signal]
        inside = [
            owner for labels, owner in zip(self.sets, owners, strict=True) if any(reads(one, labels) for one in mine)
        ]
        return [owner for owner in dict.fromkeys(inside) if owner != signal and signal.kind == "counter"]


@dataclass
class _Line:
    """The samples of one label set; a histogram has several series for it."""

    of: _Metric
    labels: dict[str, str]
    signal: Signal
    bound: PrometheusBinding
    first: bool
    among: list[dict[str, str]]
    parts: list[Signal]
    """Narrower signals on the same metric, such as errors among requests: what they count is not counted here again."""

    def __post_init__(self) -> None:
        seed = f"{self.of.course.service.name} {self.of.metric} {sorted(self.labels.items())}"
        self.chance = random.Random(seed)  # noqa: S311  reproducible noise, nothing secret
        self.scale = float(self.bound.scale)
        self.version = self.labels.get(dict(self.bound.labels).get("version", ""), "")
        versions = 2 if self.version in {OLD, NEW} else 1
        self.weight = versions / len(self.among)
        self.step = self.of.moments[1] - self.of.moments[0]

    def made(self) -> Iterator[Made]:
        if self.signal.kind == "histogram":
            yield from self._histogram()
            return
        kinds = {"counter": self._counter, "timestamp": self._timestamp}
        values = kinds.get(self.signal.kind, self._gauge)()
        yield self._name(), _stored(self.of.moments, values)

    def _name(self, suffix: str = "", **more: str) -> Labels:
        return labels_of({**self.labels, **more, "__name__": self.of.metric + suffix})

    def _sent(self, moment: int) -> tuple[Sent, float] | None:
        """What the signal does and this label set's share of its events; None while the series does not exist."""
        course, component = self.of.course, self.of.component
        state = course.state(moment, component)
        if state == "gone" or (state == "down" and self.signal.name != "up"):
            return None
        new = course.new_version(moment)
        if self.version == NEW and new == 0:
            return None
        share = {OLD: 1 - new, NEW: new}.get(self.version, 1.0) * self.weight
        is_new, mixed = self.version == NEW, self.version not in {OLD, NEW}
        sent = course.at(moment, self.signal, new=is_new, first=self.first, mixed=mixed)
        taken = sum(course.at(moment, part, new=is_new, first=self.first, mixed=mixed).level for part in self.parts)
        return (replace(sent, level=max(sent.level - taken, 0.0)) if taken else sent), share

    def _events(self, moment: int, rate: float) -> float:
        """How much a counter goes up in one step: by chance where events are few, with a little noise otherwise."""
        expected = rate * self.step * self.of.course.traffic(moment, self.of.component)
        if self.signal.unit in _MEASURED or expected > _FEW:
            return expected * self.chance.uniform(0.96, 1.04)
        return self._poisson(expected)

    def _poisson(self, mean: float) -> float:
        """Knuth's way, which is quick for the small numbers it is asked for."""
        limit, product, count = math.exp(-mean), self.chance.random(), 0
        while product > limit:
            product *= self.chance.random()
            count += 1
        return float(count)

    def _counter(self) -> list[float]:
        values = []
        total = self.of.course.levels.of(self.signal) * self.weight * 36_000
        total *= 0 if self.version == NEW else 1
        for moment in self.of.moments:
            sent = self._sent(moment)
            total += self._events(moment, sent[0].level * sent[1]) if sent else 0
            shown = total if self.signal.unit in _MEASURED else math.floor(total)
            values.append(shown / self.scale if sent else STALE)
        return values

    def _gauge(self) -> list[float]:
        steady = self.signal.unit in _STEADY
        tilt = 1.0 if steady else self.chance.uniform(0.97, 1.0)
        high = float(self.signal.high) if self.signal.high is not None else math.inf
        values = []
        for moment in self.of.moments:
            sent, noise = self._sent(moment), 1.0 if steady else self.chance.uniform(0.99, 1.01)
            down = self.signal.name == "up" and self.of.course.state(moment, self.of.component) == "down"
            values.append(0.0 if down else min(sent[0].level * tilt * noise, high) / self.scale if sent else STALE)
        return values

    def _timestamp(self) -> list[float]:
        level = self.of.course.levels.of(self.signal)
        if level < 0:
            return [(moment - level) / self.scale if self._sent(moment) else STALE for moment in self.of.moments]
        usual = max(level, 60.0)
        values = []
        for moment in self.of.moments:
            sent = self._sent(moment)
            level = sent[0].level if sent else 0.0
            renewed = moment // usual * usual if level == usual else level
            values.append(renewed / self.scale if sent else STALE)
        return values

    def _histogram(self) -> Iterator[Made]:
        bounds = [float(bound) * self.scale for bound in self.bound.buckets] or list(_BOUNDS)
        rate = self.of.course.levels.requests(self.of.component.name)
        totals = [0.0] * (len(bounds) + 1)
        rows: list[list[float]] = []
        for moment in self.of.moments:
            sent = self._sent(moment)
            if sent is None:
                rows.append([STALE] * len(totals))
                continue
            events, shares = self._events(moment, rate * sent[1]), [*self._below(sent[0], bounds), 1.0]
            totals = [total + events * share for total, share in zip(totals, shares, strict=True)]
            rows.append([float(math.floor(total)) for total in totals])
        texts = [_bound_text(bound / self.scale) for bound in bounds]
        for column, text in enumerate((*texts, "+Inf")):
            yield self._name("_bucket", le=text), _stored(self.of.moments, [row[column] for row in rows])
        yield self._name("_count"), _stored(self.of.moments, [row[-1] for row in rows])

    def _below(self, sent: Sent, bounds: list[float]) -> list[float]:
        if self.signal.unit == "ratio":
            return [min(bound, 1.0) ** sent.level for bound in bounds]
        fast = [_log_logistic(bound, sent.level, STEEPNESS) for bound in bounds]
        if not sent.slow_share:
            return fast
        # A narrow second hump: what is slow is slow for one reason.
        slow = [_log_logistic(bound, sent.slow_at, 3 * STEEPNESS) for bound in bounds]
        return [one + sent.slow_share * (two - one) for one, two in zip(fast, slow, strict=True)]


def _log_logistic(bound: float, median: float, steepness: float) -> float:
    return 1 / (1 + (median / bound) ** steepness) if bound > 0 else 0.0


def _bound_text(bound: float) -> str:
    return f"{bound:.12g}"
