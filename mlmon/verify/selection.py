"""Whether a metric exists, and whether its series are those that the rules select."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import did_you_mean
from mlmon.plan.signals import Series
from mlmon.promql.text import matcher as matcher_text
from mlmon.promql.text import string
from mlmon.verify.hints import instead
from mlmon.verify.model import State
from mlmon.verify.subject import accepts_missing, written

if TYPE_CHECKING:
    from mlmon.plan.signals import Matcher
    from mlmon.verify.model import Problem
    from mlmon.verify.subject import Subject

_SHOWN: Final = 5


def absent(subject: Subject, metric: str) -> Problem:
    """Return the problem with a metric of which there is no series, and not even an announcement."""
    rule, advice = instead(subject, metric) or ("verify-absent", "")
    if rule == "verify-absent" and subject.signal.enabled_by:
        # A switch that the pack names is better advice than a name that is spelt alike.
        advice = f"it needs {subject.signal.enabled_by}"
    targets = f" with {written(subject.selector)}" if subject.source.scraped and subject.selector else ""
    after = f"{targets} (read by {subject.readers()})"
    return subject.problem(
        rule, metric, after, advice or _missing(subject), before="there is no metric ", state=State.ABSENT
    )


def _missing(subject: Subject) -> str:
    if subject.instrumented:
        what = f"expose it ({subject.signal.help.rstrip('.')})"
    else:
        what = "look whether this version has it, perhaps by another name"
    reads = any(use.reader.what == "alert" for use in subject.uses)
    bind = f"bind its name here as `signals.{subject.signal.name}`"
    return f"{what}, {bind}, or disable the alerts" if reads else f"{what}, or {bind}"


def unmatched(subject: Subject, series: Series) -> list[Problem]:
    """Say why none of a metric's series is selected, though it has some."""
    bare = subject.bare(series)
    lacking = [
        item for item in series.matchers if not accepts_missing(item) and not subject.source.carries(bare, item.label)
    ]
    if lacking:
        return [subject.lacks(bare, item.label, f"the rules select by {matcher_text(item)}") for item in lacking]
    alone = [
        item for item in series.matchers if not subject.source.count(Series(series.metric, (*bare.matchers, item)))
    ]
    if alone:
        return [_no_value(subject, bare, item) for item in alone]
    before = f"there is no series with {written(series.matchers)} together of "
    advice = "each of them exists, but on different series: look at the targets' labels"
    return [subject.problem("verify-value", series.metric, "", advice, before=before)]


def _no_value(subject: Subject, bare: Series, item: Matcher) -> Problem:
    values = [value for value in subject.source.values(bare, item.label) if value]
    there = f"{item.label} is {listed(values)}"
    before = f"there is no series with {matcher_text(item)} of "
    if _is_event(subject, item, values):
        advice = (
            f"{there} so far; a series appears with the first such event, unless such events are labelled otherwise"
        )
        return subject.problem("verify-unseen", bare.metric, " yet", advice, before=before, state=State.UNSEEN)
    near = did_you_mean(item.value, values) if item.op == "=" else ""
    return subject.problem("verify-value", bare.metric, "", there + (f": {near}" if near else ""), before=before)


def _is_event(subject: Subject, item: Matcher, values: list[str]) -> bool:
    """Whether a value that a pack names may come with an event; what the spec names has to be there already."""
    named = item in subject.selector or any(_holds(item.value, given) for given in subject.given)
    if named or item.op in {"!=", "!~"}:
        return False
    if item.op == "=~":
        return True
    written_otherwise = any(value.lower() == item.value.lower() for value in values)
    digits = any(map(str.isdigit, item.value)) and not any(_shape(value) == _shape(item.value) for value in values)
    return not written_otherwise and not digits


def _holds(value: str, given: str) -> bool:
    """Whether a matcher's value was filled with what the spec gives; in regular expressions that is escaped."""
    return re.search(rf"(?<!\w){re.escape(given)}(?!\w)", value.replace("\\", "")) is not None


def _shape(value: str) -> str:
    """`5xx` is of another shape than `503`: a server that writes the one will not write the other."""
    return re.sub(r"[a-z]+", "a", re.sub(r"[0-9]+", "0", value.lower()))


def listed(values: list[str]) -> str:
    """Quote a label's values, a few of them."""
    shown = ", ".join(string(value) for value in values[:_SHOWN]) or "empty"
    return shown + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")
