"""Whether there are too many series, and whether values are in the unit that they are taken for."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.plan.signals import Series
from mlmon.units import show
from mlmon.verify.buckets import bounds
from mlmon.verify.model import State

if TYPE_CHECKING:
    from mlmon.verify.model import Problem
    from mlmon.verify.subject import Subject

MAX_SERIES: Final = 1000
"""Combinations of labels that a metric may have on one target, if nothing else is said.

Prometheus' advice is to look for another way from a hundred on; models and routes can well make some hundreds.
https://prometheus.io/docs/practices/instrumentation/#do-not-overuse-labels
"""
_ABSURD: Final = 10
_IN_MILLISECONDS: Final = 1e11
"""As seconds, a time in the year 5138."""


def too_many(subject: Subject, counted: Series, metric: str) -> Problem | None:
    """Compare the label combinations on one target with the limit, and name the label that makes most of them."""
    number = subject.source.per_target(counted)
    if number <= subject.max_series:
        return None
    sizes = {label: subject.source.distinct(counted, label) for label in subject.source.labels(counted)}
    label, size = max(sizes.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    after = f" has {number:,} combinations of labels on one target, more than {subject.max_series:,}"
    advice = f"{label} has {size:,} values: drop it or group its values, or raise --max-series"
    return subject.problem("verify-cardinality", metric, after, advice, severity=Severity.WARNING, state=State.PRESENT)


def doubtful_unit(subject: Subject, series: Series) -> Problem | None:
    """Tell of values that make no sense in the signal's unit; only what is absurd, since odd values are no error."""
    if subject.signal.kind == "histogram":
        return None if subject.binding.native else _mean_beyond_buckets(subject, series)
    if subject.signal.kind == "counter":
        return None
    highest = subject.source.highest(series)
    if highest is None or not math.isfinite(highest):
        return None
    value = Decimal(highest) * subject.binding.scale
    if subject.signal.kind == "timestamp":
        return _doubt(subject, series.metric, "is in milliseconds") if highest >= _IN_MILLISECONDS else None
    high = subject.signal.high
    if high is None or value <= high:
        return None
    percent = subject.signal.unit == "ratio" and value <= 100
    reason = "is in percent" if percent else f"exceeds {show(high, subject.signal.unit)}, the most there can be"
    return _doubt(subject, series.metric, reason, show(value, subject.signal.unit) if not percent else "")


def _mean_beyond_buckets(subject: Subject, series: Series) -> Problem | None:
    count = subject.source.total(Series(f"{series.metric}_count", series.matchers))
    total = subject.source.total(Series(f"{series.metric}_sum", series.matchers))
    found = bounds(subject, series)
    if not count or total is None or not found or total / count <= _ABSURD * float(max(found)):
        return None
    mean = Decimal(total / count).quantize(Decimal("0.1"))
    top = show(max(found) * subject.binding.scale, subject.signal.unit)
    after = f" has a mean of {mean:f}, far beyond its top bucket {top}"
    advice = f"look whether it is in {subject.signal.unit}; if it is not, convert it with `scale` under {subject.binds}"
    return subject.problem("verify-unit", series.metric, after, advice, severity=Severity.NOTE, state=State.PRESENT)


def _doubt(subject: Subject, metric: str, reason: str, value: str = "") -> Problem:
    before, after = ("it seems that ", f" {reason}") if not value else ("", f" is {value}, which {reason}")
    advice = f"look at its values; `scale` under {subject.binds} converts them to {subject.signal.unit}"
    return subject.problem(
        "verify-unit", metric, after, advice, before=before, severity=Severity.NOTE, state=State.PRESENT
    )
