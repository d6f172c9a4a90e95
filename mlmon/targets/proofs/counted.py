"""Proves that an SLO counts its events and its bad events exactly, which is what all its alerts are made of."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Compare
from mlmon.plan.slo import Computed, Slo, TimeWhile
from mlmon.promql import slo as expr
from mlmon.promql.increments import steps
from mlmon.targets.proofs.counters import Source, sources
from mlmon.targets.proofs.forms import form
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.lives import AGAIN, ENDING, FEW_TICKS, LEFT, ROUND, Clock, Course, Life, lives
from mlmon.targets.proofs.proof import Check, Proof, Step, ticks
from mlmon.targets.proofs.states import Grid, Span, State
from mlmon.targets.proofs.timeline import Stretch, notation, number, repeated, written
from mlmon.units import Duration

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Outputs

_SHORT, _LONG = Duration.of("20m"), Duration.of("45m")
"""Absences on either side of the half hour after which a counter is not continued."""
_MOST_PARTS: Final = 240
_OWN_LABEL: Final = "mlmon_life"


def prove(alert: Alert, slo: Slo, outputs: Outputs) -> Proof:
    """Return the proof, kept with one alert of the SLO. Raises UnknownInputError for a ratio written by hand."""
    if isinstance(slo.indicator, Computed):
        raise UnknownInputError(
            "the error ratio of its SLO is written by hand, so that what it counts has no known input"
        )
    if isinstance(slo.indicator, TimeWhile):
        return _time(alert, slo, slo.indicator, outputs)
    return _events(alert, slo, outputs)


def is_counted(selected: str, tick: int, value: Decimal) -> Check:
    """Check a number that an SLO has recorded, to a thousandth."""
    return Check(
        Step.COUNTED, tick, f"round(sum({selected}), 0.001)", ({"labels": "{}", "value": float(number(value))},)
    )


def names(slo: Slo) -> tuple[str, str]:
    """Return what its raw events and raw bad events are recorded as."""
    return (expr.SLICED_EVENTS, expr.SLICED_ERRORS) if slo.slice else (expr.EVENTS, expr.ERRORS)


def _time(alert: Alert, slo: Slo, indicator: TimeWhile, outputs: Outputs) -> Proof:
    """Seconds in which a quantity is on the good side of its limit, just so, and then on the bad one."""
    interval = outputs.evaluation_interval.seconds
    at = Grid(interval, interval)
    driven = form(Compare(indicator.quantity, "above" if indicator.bad_if == "above" else "below", indicator.limit), at)
    length = 2 + max(driven.settled, driven.enter.last)
    states = (State.WELL, *([State.SHORT] if driven.has_short else []), State.BEYOND)
    spans = [Span(index * length, length) for index in range(len(states))]
    stretches = [Stretch(span, driven.streams(state, span)) for state, span in zip(states, spans, strict=True)]
    begun = spans[-1].start
    good, bad = [length, begun], [begun + driven.enter.last, begun + length]
    checks = [
        is_counted(expr.series(name, slo, outputs.evaluation_interval), tick, value)
        for moments, errors in ((good, Decimal(0)), (bad, interval))
        for tick in dict.fromkeys(moments)
        for name, value in zip(names(slo), (interval, errors), strict=True)
    ]
    keys = {f"metric {one.metric}" for stretch in stretches for one in stretch.streams} | {f"slo {slo.id}"}
    return Proof(alert, at, written(stretches, at), tuple(checks), frozenset(keys))


def _events(alert: Alert, slo: Slo, outputs: Outputs) -> Proof:
    """Counters of processes that restart, come and go."""
    interval = outputs.evaluation_interval
    behind = steps(outputs.scrape_interval, interval)
    spacing = _spacing(interval.seconds, behind.delay.seconds)
    at = Grid(interval.seconds, spacing)
    absences = (ticks(span, interval.seconds) for span in (_SHORT, _LONG))
    clock = Clock(at.per_tick, int(behind.delay.seconds / spacing), *absences)
    series: dict[str, str] = {}
    totals: dict[int, tuple[int, int]] = dict.fromkeys(_moments(clock), (0, 0))
    for source in sources(slo):
        for life in lives(clock, newborn=source.newborn, within=behind.scrape < interval):
            begin = clock.first(FEW_TICKS) + 1 if source.late else 0
            course = life.counter(begin)
            for tick, (events, errors) in totals.items():
                seen = course.between(clock.first(tick), clock.first(tick + 1))
                totals[tick] = (events + seen * source.events, errors + seen * source.errors)
            _feed(series, source, life, course)
    checks = [
        is_counted(expr.series(name, slo, interval), tick, Decimal(value))
        for tick, values in totals.items()
        for name, value in zip(names(slo), values, strict=True)
    ]
    keys = {f"metric {key.partition('{')[0]}" for key in series} | {f"slo {slo.id}"}
    return Proof(alert, at, series, tuple(checks), frozenset(keys))


def _spacing(interval: Decimal, delay: Decimal) -> Decimal:
    """Return a spacing of samples that divides both, several to the delay, in whole milliseconds."""
    for parts in range(1, _MOST_PARTS + 1):
        spacing = interval / parts
        if 4 * spacing <= delay and delay % spacing == 0 and spacing * 1000 % 1 == 0:
            return spacing
    raise UnknownInputError("the intervals of scrapes and of evaluations have no common divisor")


def _moments(clock: Clock) -> list[int]:
    """Ticks at which something is seen for the first time, and those after."""
    return sorted(
        {
            tick + more
            for tick in (FEW_TICKS - 2, FEW_TICKS, LEFT, ROUND - 1, ROUND + 1, AGAIN, ENDING, clock.back, clock.late)
            for more in (0, 1)
        }
    )


def _feed(series: dict[str, str], source: Source, life: Life, course: Course) -> None:
    """Add the input of one counter of one process, and whether its target is up, which others of its job may have."""
    own = {"instance": life.name, **({_OWN_LABEL: life.label} if life.label else {})}
    if {name for name, _ in source.labels} & own.keys():
        raise UnknownInputError("it selects instances, so that no others can be tried")
    job = [item for item in source.labels if item[0] == "job"]
    if course.is_seen:
        series[notation(source.metric, (*source.labels, *own.items()))] = _values(course, source.weight)
    up = notation("up", (*job, *own.items()))
    if up not in series and life.up.is_seen:
        series[up] = _ups(life.up)


def _ups(up: Course) -> str:
    found = (("_" if run.value is None else str(min(run.value, 1)), run.end - run.begin) for run in up.runs)
    return " ".join(
        repeated(sample, sum(count for _, count in some)) for sample, some in groupby(found, key=itemgetter(0))
    )


def _values(course: Course, weight: int) -> str:
    """Write a counter with one entry for each stretch in which it grows evenly."""
    found: list[tuple[int | None, int]] = []
    for run in course.runs:
        begun, length = found.pop() if found and run.value == _next(*found[-1]) else (run.value, 0)
        found.append((begun, length + run.end - run.begin))
    return " ".join(
        repeated("_", length) if begun is None else f"{begun * weight}+{weight}x{length - 1}" for begun, length in found
    )


def _next(begun: int | None, length: int) -> int | None:
    return None if begun is None else begun + length
