"""Whether the thresholds of SLOs and alerts are where the buckets of a histogram can answer."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity
from mlmon.plan.signals import Series
from mlmon.promql.text import string
from mlmon.units import plain, show
from mlmon.verify.kinds import no_buckets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlmon.verify.model import Problem
    from mlmon.verify.needs import Use
    from mlmon.verify.subject import Subject


def bounds(subject: Subject, series: Series) -> dict[Decimal, str]:
    """Return the finite bounds of a histogram's buckets in the metric's own unit, and how `le` writes them."""
    texts = subject.source.values(Series(f"{series.metric}_bucket", series.matchers), "le")
    found = {number: text for text in texts if (number := _number(text)) is not None}
    return dict(sorted(found.items()))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def off_buckets(subject: Subject, series: Series) -> Iterator[Problem]:
    """Compare every threshold with the bounds that are there."""
    found = bounds(subject, series)
    if not found:
        yield no_buckets(subject, series.metric)
        return
    for use in dict.fromkeys(subject.uses):
        if use.at_bucket is not None:
            yield from _exact(subject, series.metric, found, use, use.at_bucket)
        if use.below_top is not None:
            yield from _estimated(subject, series.metric, found, use, use.below_top)


def _exact(
    subject: Subject, metric: str, found: Mapping[Decimal, str], use: Use, threshold: Decimal
) -> Iterator[Problem]:
    limit = threshold / subject.binding.scale
    shown = show(threshold, subject.signal.unit)
    if limit not in found:
        advice = f"its bounds around it are {_near(subject, found, limit)}: choose one of them, or give it that bucket"
        before = f"{shown}, which SLO {use.reader.name} promises, is no bucket of "
        yield subject.problem("verify-bucket", metric, "", advice, before=before, place=use.reader.place)
    elif found[limit] not in {plain(limit), f"{plain(limit)}.0"}:
        advice = "choose another threshold, or let Prometheus 3 scrape it, which writes bounds anew"
        before = f"the rules do not find the bucket of {shown}, since it is written le={string(found[limit])} by "
        yield subject.problem("verify-bucket", metric, "", advice, before=before, place=use.reader.place)


def _estimated(
    subject: Subject, metric: str, found: Mapping[Decimal, str], use: Use, threshold: Decimal
) -> Iterator[Problem]:
    limit = threshold / subject.binding.scale
    shown = show(threshold, subject.signal.unit)
    top = max(found)
    who = f"{use.reader.what} {use.reader.name}"
    if limit >= top:
        highest = show(top * subject.binding.scale, subject.signal.unit)
        before, after = f"the threshold {shown} of {who} is not below the top bucket of ", f", {highest}"
        advice = (
            f"a quantile never exceeds the top bucket, so it cannot fire: choose less than {highest}, or add buckets"
        )
        yield subject.problem("verify-bucket", metric, after, advice, before=before, place=use.reader.place)
    elif limit not in found:
        before, after = f"the threshold {shown} of {who} lies between two buckets of ", ""
        advice = f"the quantile is estimated between {_near(subject, found, limit)}: it is exact at a bound only"
        yield subject.problem(
            "verify-bucket", metric, after, advice,
            before=before, place=use.reader.place, severity=Severity.NOTE,
        )  # fmt: skip


def _near(subject: Subject, found: Mapping[Decimal, str], limit: Decimal) -> str:
    below = [bound for bound in found if bound < limit][-1:]
    above = [bound for bound in found if bound > limit][:1]
    return " and ".join(show(bound * subject.binding.scale, subject.signal.unit) for bound in (*below, *above))
