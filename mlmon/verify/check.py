"""Examines one signal: each of its metrics, then what is wrong with those that are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.plan.signals import Series
from mlmon.verify.amounts import doubtful_unit, too_many
from mlmon.verify.buckets import off_buckets
from mlmon.verify.grouping import lacking_labels
from mlmon.verify.kinds import no_histogram, not_native, wrong_kind
from mlmon.verify.model import Checked, State
from mlmon.verify.selection import absent, unmatched
from mlmon.verify.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlmon.verify.model import Problem

_WORST: Final = (State.ABSENT, State.WRONG, State.UNSEEN, State.PRESENT)


@dataclass(frozen=True)
class _Found:
    """What one metric of the signal turned out to be."""

    state: State
    kind: str = ""
    series: int = 0
    added: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def check(subject: Subject) -> Checked:
    """Examine every metric of a signal; what no rule and no panel reads is looked at, but has no problems."""
    found = [_metric(subject, series) for series in subject.binding.series]
    state = min((item.state for item in found), key=_WORST.index)
    added = sorted({label for item in found for label in item.added})
    return Checked(
        signal=subject.signal,
        uses=subject.uses,
        state=state,
        kind=next((item.kind for item in found if item.kind), ""),
        series=sum(item.series for item in found),
        added=tuple(added),
        problems=tuple(problem for item in found for problem in item.problems) if subject.uses else (),
    )


def _metric(subject: Subject, series: Series) -> _Found:
    source = subject.source
    counted = subject.counted(series)
    kind = subject.declared(series.metric)
    if not source.count(subject.bare(counted)):
        return _without_series(subject, series, kind)
    mistyped = wrong_kind(subject, series.metric, kind)
    if mistyped and subject.signal.kind == "histogram":
        return _Found(State.WRONG, kind, 0, (), (mistyped,))
    selected, added = subject.reachable(counted)
    number = source.count(selected)
    if not number:
        problems = unmatched(subject, selected)
        return _Found(_state(problems), kind, 0, added, tuple(problems))
    problems = list(_of_series(subject, series, selected, kind))
    return _Found(_state(problems), kind, number, added, tuple(problems))


def _of_series(subject: Subject, series: Series, selected: Series, kind: str) -> Iterator[Problem]:
    if problem := wrong_kind(subject, series.metric, kind):
        yield problem
    elif subject.signal.kind == "histogram" and not subject.binding.native:
        yield from off_buckets(subject, Series(series.metric, selected.matchers))
    yield from lacking_labels(subject, selected)
    if problem := too_many(subject, selected, series.metric):
        yield problem
    if problem := doubtful_unit(subject, Series(series.metric, selected.matchers)):
        yield problem


def _without_series(subject: Subject, series: Series, kind: str) -> _Found:
    metric, source = series.metric, subject.source
    if subject.signal.kind == "histogram":
        problem = no_histogram(subject, series)
        classic = subject.bare(Series(f"{metric}_count", series.matchers))
        if subject.binding.native and source.scraped and source.count(classic):
            problem = not_native(subject, metric)
        if problem:
            return _Found(State.WRONG, kind, 0, (), (problem,))
    if source.is_declared(metric):
        mistyped = wrong_kind(subject, metric, kind)
        problems = (mistyped,) if mistyped else (_unseen(subject, metric, "it is announced, but has no series"),)
        return _Found(_state(problems), kind, 0, (), problems)
    problem = absent(subject, metric)
    if problem.rule == "verify-absent" and not subject.signal.enabled_by:
        problem = _late(subject, metric) or problem
    return _Found(problem.state, kind, 0, (), (problem,))


def _late(subject: Subject, metric: str) -> Problem | None:
    """What is absent may just not have happened yet: that is likely of a part of what is there, possible of events."""
    if _is_part(subject):
        return _unseen(subject, metric, "it is not there, while what it is a part of is")
    if not all(use.counts_events for use in subject.uses if use.reader.is_rule) or not subject.is_required:
        return None
    after = f" (read by {subject.readers()}), or nothing has happened yet that it counts"
    advice = "provoke such an event, or check the name against what the server's version exposes"
    return subject.problem(
        "verify-absent", metric, after, advice,
        before="there is no metric ", severity=Severity.WARNING, state=State.UNSEEN,
    )  # fmt: skip


def _unseen(subject: Subject, metric: str, why: str) -> Problem:
    advice = f"{why}: a series appears with the first such event; send one, or check the name"
    return subject.problem("verify-unseen", metric, " yet", advice, before="there is no series of ", state=State.UNSEEN)


def _is_part(subject: Subject) -> bool:
    """Whether it counts some of the events of a counter that is there; client libraries create such series late."""
    wholes = {use.part_of for use in subject.uses if use.part_of}
    bound = [whole.prometheus for whole in wholes if whole.prometheus]
    return any(subject.source.count(subject.bare(item)) for binding in bound for item in binding.series)


def _state(problems: Iterable[Problem]) -> State:
    """What the problems make of a metric; a note leaves it as good as it was."""
    told = [item.state for item in problems if item.severity is not Severity.NOTE or item.state is State.UNSEEN]
    return min([*told, State.PRESENT], key=_WORST.index)
