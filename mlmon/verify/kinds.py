"""Whether a metric is of the type that the rules compute with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity

if TYPE_CHECKING:
    from mlmon.plan.signals import Series
    from mlmon.verify.model import Problem
    from mlmon.verify.subject import Subject

_FITTING: Final = {
    "counter": {"counter"},
    "gauge": {"gauge", "info", "stateset"},
    "timestamp": {"gauge"},
    "histogram": {"histogram"},
}
_WHY: Final = {
    "counter": "rate() takes every fall of it for a restart: expose a counter, or bind one as `signals.{name}`",
    "gauge": "a counter only grows, so its level says nothing: bind a gauge as `signals.{name}`",
    "timestamp": "a counter only grows, so it cannot tell a time: bind a gauge as `signals.{name}`",
    "histogram": "nothing can be computed from it over several instances: expose a histogram",
}


def wrong_kind(subject: Subject, metric: str, kind: str) -> Problem | None:
    """Compare the declared type with the one that is needed; `kind` is empty where nobody says."""
    wanted = subject.signal.kind
    if not kind or kind in _FITTING[wanted]:
        return None
    # Exporters declare counters that fall and gauges that grow; only the other way round do numbers become wrong.
    lenient = wanted in {"gauge", "timestamp"}
    before = f"not a {'gauge' if wanted == 'timestamp' else wanted} but a {kind}: "
    advice = _WHY[wanted].format(name=subject.signal.name)
    return subject.problem(
        "verify-type", metric, "", advice, before=before, severity=Severity.WARNING if lenient else None
    )


def no_histogram(subject: Subject, series: Series) -> Problem | None:
    """Say what a metric is that should be a histogram and has no `_count`; None where it is nothing at all."""
    metric = series.metric
    kind = subject.declared(metric)
    there = subject.source.count(subject.bare(series))
    if not kind and not there:
        return None
    if subject.source.scraped and kind in {"histogram", ""} and there:
        return _is_native(subject, metric)
    return wrong_kind(subject, metric, kind) if there else None


def _is_native(subject: Subject, metric: str) -> Problem:
    advice = f"write `native: true` under {subject.binds}, or let the scrape keep the classic buckets as well"
    return subject.problem("verify-native", metric, "", advice, before="a native histogram, not one with buckets: ")


def not_native(subject: Subject, metric: str) -> Problem:
    """Return the problem with a histogram of buckets where a native one is expected."""
    advice = (
        f"let Prometheus scrape native histograms, or write `native: false` and the `buckets` under {subject.binds}"
    )
    return subject.problem("verify-native", metric, "", advice, before="a histogram with buckets, not a native one: ")


def no_buckets(subject: Subject, metric: str) -> Problem:
    """Return the problem with a histogram whose only bucket is +Inf, as text shows a native one."""
    advice = (
        f"give it buckets, or write `native: true` under {subject.binds} if it is a native one, which text cannot show"
    )
    return subject.problem("verify-native", metric, "", advice, before="there is no bucket but +Inf of ")
