"""Runs a service's generated rules over an incident, in a Prometheus of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Written
from mlmon.plan.quantities import Rate
from mlmon.promql import slo as expr
from mlmon.replay import rules
from mlmon.replay.course import Clock, Course
from mlmon.replay.curves import curves
from mlmon.replay.judge import fired_alerts, verdict
from mlmon.replay.model import Result
from mlmon.replay.people import messages, zone
from mlmon.replay.synthesis import exposed
from mlmon.replay.wire import Labels, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.replay.incident import Incident
    from mlmon.replay.rules import Judged, Rule
    from mlmon.replay.server import Server

_DAY: Final = 86400
WARM_UP: Final = 2 * 3600
"""Seconds of raw signals before an incident: the longest that a rule looks back on them, an hour offset by an hour."""
_RECORDED_DAYS: Final = 22
_RECORDED_STEP: Final = 600
_CHUNK_DAYS: Final = 32
_COUNTS_HOURS: Final = 13
_SPENT: Final = 0.3
"""The most of a budget that is spent before an incident begins."""
_COUNTS: Final = (expr.EVENTS, expr.ERRORS, expr.SLICED_EVENTS, expr.SLICED_ERRORS)
_CHUNKS: Final = (expr.EVENTS_CHUNK, expr.ERRORS_CHUNK)

Recorded = list[tuple[Labels, list[tuple[int, float]]]]


@dataclass(frozen=True)
class Times:
    """From when to when, and how often, rules are evaluated; `raw` is when the raw signals begin."""

    raw: int
    start: int
    begin: int
    end: int
    step: int

    @property
    def grid(self) -> list[float]:
        """The moments of evaluation."""
        return [float(moment) for moment in range(self.start, self.end + 1, self.step)]


def replay(server: Server, plan: Plan, service: ServicePlan, incident: Incident, *, drawn: bool = True) -> Result:
    """Return what fires over an incident, with the curves for a picture if it is to be `drawn`. Raises ReplayError."""
    begin = int(incident.begin.replace(tzinfo=zone(plan.routing.business_hours)).timestamp())
    course = Course.of(service, incident, Clock(begin, incident.begin))
    outputs = plan.outputs
    times = Times(
        begin - WARM_UP, begin - 3600, begin, begin + int(incident.length.seconds),
        rules.interval(outputs),
    )  # fmt: skip
    judged = rules.alerts(service, outputs)
    ordered = rules.passes(rules.recordings(service, outputs), {name for item in judged for name in item.reads})
    read = {name for item in judged for name in item.reads} | {
        name for step in ordered for r in step for name in r.reads
    }
    scrape = max(int(outputs.scrape_interval.seconds), 1)
    server.write(exposed(course, range(times.raw, times.end + 1, scrape), read))
    for rules_of_pass in ordered:
        server.write([made for rule in rules_of_pass for made in _recorded(server, course, service, rule, times)])
    unseen = {item.alert.name: lost for item in judged if (lost := _unseen(server, item, times))}
    fired = fired_alerts(server, [item for item in judged if item.alert.name not in unseen], times.grid)
    sent, silent = messages(plan, fired, times.end)
    return Result(
        service, times.start, times.end, begin, times.step, tuple(fired), tuple(sent),
        curves(server, service, fired, times.grid) if drawn else (), tuple(_notes(service, unseen)),
        verdict(incident, service, fired, sent, begin), tuple(silent),
    )  # fmt: skip


def _unseen(server: Server, item: Judged, times: Times) -> list[str]:
    """The selectors of a hand-written expression that find nothing in the healthy hour, as no signal is behind them."""
    if not isinstance(item.alert.condition, Written):
        return []
    step = (times.begin - times.start) / 12
    found = rules.selectors(item.expr)
    return [text for text in found if not server.range(f"count({text})", times.start, times.begin, step)]


def _notes(service: ServicePlan, unseen: dict[str, list[str]]) -> Iterator[str]:
    for name, selectors in sorted(unseen.items()):
        yield f"{name} is not judged: it is written in PromQL, and no signal of the service is {', '.join(selectors)}"
    yield from rules.elsewhere(service)


def _recorded(server: Server, course: Course, service: ServicePlan, rule: Rule, times: Times) -> Recorded:
    """Work a rule out over the time of the replay, and put a past like its healthy hour before that."""
    start = times.start - 1800
    start -= start % rule.interval
    made: Recorded = []
    for found, samples in server.range(rule.expr, start, times.end, rule.interval):
        found.pop("__name__", None)
        labels = labels_of({**found, **dict(rule.labels), "__name__": rule.record})
        usual = [(at, value) for at, value in samples if at < times.begin and not math.isnan(value)]
        past = _past(course, service, rule, labels, usual, start) if usual else []
        made.append((labels, [*past, *((int(at * 1000), value) for at, value in samples)]))
    return made


def _past(
    course: Course, service: ServicePlan, rule: Rule, labels: Labels, usual: list[tuple[float, float]], start: int
) -> list[tuple[int, float]]:
    """What would have been recorded before: the mean of the healthy hour, with the day's shape where there is one."""
    shape = course.clock.shape
    mean = sum(value for _, value in usual) / len(usual)
    if rule.record.startswith(_CHUNKS):
        days, step, counts = _CHUNK_DAYS * _DAY, rule.interval, True
    elif rule.record.startswith(_COUNTS):
        days, step, counts = _COUNTS_HOURS * 3600, rule.interval, True
    elif rule.record.startswith("service:"):
        days, step, counts = _RECORDED_DAYS * _DAY, _RECORDED_STEP, _is_traffic(service, rule, labels)
    else:
        return []
    level = mean / (sum(shape(at) for at, _ in usual) / len(usual)) if counts else mean
    if rule.record.startswith((expr.ERRORS, expr.ERRORS_CHUNK)):
        level = min(level, _kept(course, service, labels, rule.interval))
    return [
        (at * 1000, level * (shape(at) if counts else 1) * (1 + _ripple(at)))
        for at in range(start - days + (-days) % step, start, step)
    ]


def _kept(course: Course, service: ServicePlan, labels: Labels, interval: int) -> float:
    """The bad events in an interval of a service that keeps its promise: chance in one hour is no rule for a month."""
    slo = next(item for item in service.slos if item.name == dict(labels).get("slo"))
    mean = course.incident.requests
    rate = float(mean) if mean is not None else max(course.levels.requests(item.name) for item in service.components)
    return _SPENT * float(slo.budget) * interval * (1.0 if slo.counts_time else rate)


def _is_traffic(service: ServicePlan, rule: Rule, labels: Labels) -> bool:
    component = dict(labels).get("component")
    return any(
        isinstance(item.quantity, Rate)
        for item in service.recordings
        if item.record == rule.record and item.component == component
    )


def _ripple(at: int) -> float:
    """A few per cent up and down: a past without any deviation would make every change a shift."""
    return 0.02 * ((at // 600 * 7919) % 101 / 50 - 1)
