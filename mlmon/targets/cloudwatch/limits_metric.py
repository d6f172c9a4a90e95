"""What AWS refuses about one metric and about the time that an alarm looks back.

Sources: CloudWatch API reference, "PutMetricAlarm" (Period, EvaluationPeriods), "Metric", "Dimension", "MetricStat".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

DAY = 86_400
"""Seconds: the most that period x evaluation_periods may be while the period is below an hour."""

_SUB_MINUTE = (1, 5, 10, 20, 30)


def metric_problems(namespace: str, metric: str, dimensions: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each limit that the metric's identity breaks."""
    if not 1 <= len(namespace) <= 255 or namespace.startswith(":"):
        yield f"the namespace {namespace!r} must have 1 to 255 characters and not start with a colon"
    if not 1 <= len(metric) <= 255:
        yield f"the metric name {metric!r} must have 1 to 255 characters"
    if len(dimensions) > 30:
        yield f"{len(dimensions)} dimensions are more than 30"
    for name, value in dimensions.items():
        if not _is_printable(name, 255) or name.startswith(":"):
            yield f"the dimension name {name!r} must be 1 to 255 printable ASCII characters, the first no colon"
        if not _is_printable(value, 1024):
            yield f"the dimension {name!r} has the value {value!r}, which is not 1 to 1024 printable ASCII characters"


def window_problems(period: int, evaluation_periods: int, *, shortest: int) -> Iterator[str]:
    """Yield a sentence for each rule broken by the period (seconds, `shortest` or longer) or by what N of them span."""
    allowed = [seconds for seconds in _SUB_MINUTE if seconds >= shortest]
    if period not in allowed and (period < 60 or period % 60):
        yield f"period {period} s is none of {', '.join(map(str, allowed))} and no multiple of 60"
    span, longest = period * evaluation_periods, DAY if period < 3600 else 7 * DAY
    if span > longest:
        which = " (periods below an hour)" if longest == DAY else ""
        yield f"period {period} s x evaluation_periods {evaluation_periods} is {span} s, {longest} s are allowed{which}"


def _is_printable(text: str, longest: int) -> bool:
    return text.isascii() and text.isprintable() and bool(text.strip()) and len(text) <= longest
