"""Names and expressions of SLO series: two rules read raw data, every longer window is a sum of what they record.

Every event weighs the same, a quiet hour is empty instead of NaN, and the cost of the long windows does not grow with
the number of the service's series.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.slo import BurnTier, CalendarPeriod, Computed, Events, Notice, Slo, TimeWhile, Within
from mlmon.promql.increments import Steps, increment
from mlmon.promql.quantities import Renderer, binding
from mlmon.promql.text import aggregate, bucket, equals, told_apart
from mlmon.units import Duration, plain

if TYPE_CHECKING:
    from mlmon.plan.signals import Signal

EVENTS: Final = "slo:mlmon_events:increase"
ERRORS: Final = "slo:mlmon_errors:increase"
RATIO: Final = "slo:mlmon_error_ratio:increase"
REMAINING: Final = "slo:mlmon_error_budget_remaining:ratio"
OBJECTIVE: Final = "slo:mlmon_objective:ratio"
CALENDAR: Final = "slo:mlmon_calendar:"
"""Number of the current month or quarter (UTC), by which a calendar budget tells which chunks are its own."""
SLICED_EVENTS: Final = "slo:mlmon_sliced_events:increase"
SLICED_ERRORS: Final = "slo:mlmon_sliced_errors:increase"
EVENTS_CHUNK: Final = "slo:mlmon_events:chunk"
ERRORS_CHUNK: Final = "slo:mlmon_errors:chunk"
CHUNK: Final = Duration.of("5m")
"""Long windows add up chunks of this length, which makes a month a tenth as much to read as its evaluations."""
LONG: Final = Duration.of("12h")
"""Windows from here on are added up from chunks."""
_CATCH_UP: Final = 2
_MILLISECOND: Final = Decimal("0.001")


def labels(slo: Slo) -> dict[str, str]:
    """Return the labels that every series of an SLO carries, and no others, so that joins need no modifiers."""
    return {"service": slo.service, "slo": slo.name}


def series(name: str, slo: Slo, window: Duration | str = "") -> str:
    """Return the selector of one of an SLO's series."""
    return f"{name}{window}{equals(**labels(slo))}"


def events(slo: Slo, at: Steps, render: Renderer) -> str:
    """Events since the last evaluation; for an SLO of time slices, seconds in slices that have events."""
    if not slo.slice:
        return raw_events(slo, at, render)
    inside = total(series(SLICED_EVENTS, slo, at.interval), slo.slice.length)
    return f"clamp({inside} > 0, 1, 1) * {plain(at.interval.seconds)}"


def errors(slo: Slo, at: Steps, render: Renderer) -> str:
    """Bad events since the last evaluation; for an SLO of time slices, seconds in slices that were bad."""
    if not slo.slice:
        return raw_errors(slo, at, render)
    bad = total(series(SLICED_ERRORS, slo, at.interval), slo.slice.length)
    every = total(series(SLICED_EVENTS, slo, at.interval), slo.slice.length)
    ratio = f"{bad}\n  /\n  ({every} > 0)"
    return f"(\n  {ratio}\n  > bool {plain(1 - slo.slice.objective)}\n) * {plain(at.interval.seconds)}"


def raw_events(slo: Slo, at: Steps, render: Renderer) -> str:
    """Events since the last evaluation, of all components together; for time, seconds in which the signal exists."""
    by = slo.group_labels
    match slo.indicator:
        case Events(pairs):
            return _sum([increment(total, at, by) for _, total in pairs if total.prometheus], by)
        case Within(histograms):
            return _sum([_count(signal, at, by) for signal in histograms], by)
        case TimeWhile(quantity):
            return f"clamp({_known(render.quantity(quantity))}, 1, 1) * {plain(at.interval.seconds)}"
        case Computed(ratio, weight):
            every = aggregate("sum", by, weight) if weight else f"clamp({aggregate('avg', by, _known(ratio))}, 1, 1)"
            return f"{every} * {plain(at.interval.seconds)}"


def raw_errors(slo: Slo, at: Steps, render: Renderer) -> str:
    """Bad events since the last evaluation; 0, not unknown, while no error series exists yet."""
    by = slo.group_labels
    match slo.indicator:
        case Events(pairs, "bad"):
            counted = _sum([increment(bad, at, by) for bad, every in pairs if every.prometheus], by)
            return f"{counted}\nor\n0 * {aggregate('sum', by, series(_raw_events(slo), slo, at.interval))}"
        case Events(pairs):
            return _sum([_rest(good, every, at, by) for good, every in pairs if every.prometheus], by)
        case Within(histograms, threshold):
            return _sum([_slow(signal, threshold, at, by) for signal in histograms], by)
        case TimeWhile(quantity, bad_if, limit):
            known = _known(render.quantity(quantity))
            worse = ">" if bad_if == "above" else "<"
            return f"({known} {worse} bool {plain(limit)}) * {plain(at.interval.seconds)}"
        case Computed(ratio, weight):
            bad = f"clamp({aggregate('avg', by, _known(ratio))}, 0, 1)"
            every = f" * {aggregate('sum', by, weight)}" if weight else ""
            return f"{bad}{every} * {plain(at.interval.seconds)}"


def total(selected: str, window: Duration) -> str:
    """Sum what was recorded within a window.

    One millisecond short of it, the unit of time stamps: Prometheus 2 counts a sample on either edge of a range,
    Prometheus 3 only the right one, and what stands on both edges of adjacent windows would be counted twice.
    """
    if isinstance(window, CalendarPeriod):
        raise ValueError("a calendar period is summed by since_start")
    return f"sum_over_time({_within_range(selected, window)})"


def _within_range(selected: str, window: Duration) -> str:
    return f"{selected}[{Duration(window.seconds - _MILLISECOND)}]"


def chunk(name: str, recorded: str, slo: Slo, at: Steps) -> str:
    """Sum what was recorded since the last chunk, up to `_CATCH_UP` of them, so that a restart loses none.

    One evaluation behind, because the group that records is not ordered with the one that adds up.
    """
    made = series(name, slo, CHUNK)

    def since(count: int) -> str:
        span = Duration(CHUNK.seconds * count)
        return f"sum_over_time({_within_range(recorded, span)} offset {at.interval})"

    def was_made(count: int) -> str:
        return f"last_over_time({made}[1m] offset {Duration(CHUNK.seconds * count - 30)})"

    known = [f"{since(count)} and {was_made(count)}" for count in range(1, _CATCH_UP + 1)]
    return "\nor ".join([*known, since(1)])


def since_start(slo: Slo, chunks: str, period: CalendarPeriod) -> str:
    """Sum the chunks that were recorded in the same calendar period as now."""
    number = series(CALENDAR, slo, period)
    span = Duration(period.seconds)
    return f"sum_over_time(({chunks} and on () ({number} == {number} @ end()))[{span}:{CHUNK}])"


def calendar_number(period: CalendarPeriod) -> str:
    """Render a number that changes exactly when the period does."""
    return "12 * year() + month()" if period.name == "month" else "4 * year() + floor((month() + 2) / 3)"


def spent(slo: Slo, notice: Notice) -> str:
    """Between two shares of the budget gone, so that only the furthest notice fires; silent with few bad events."""
    remaining = series(REMAINING, slo, slo.period)
    floor = f" > {plain(1 - notice.until)}" if notice.until is not None else ""
    few = f"unless {series(ERRORS, slo, slo.period)} < {notice.min_errors}"
    return f"({remaining} <= {plain(1 - notice.spent)}){floor}\n{few}"


def no_data(slo: Slo, interval: Duration) -> str:
    """Events were counted within the last day, but not lately; an SLO that never had data is not news every day."""
    counted = series(EVENTS, slo, interval)
    return f"present_over_time({counted}[1d]) unless present_over_time({counted}[15m])"


def burn(slo: Slo, tier: BurnTier) -> str:
    """How many times faster than evenly the budget burns over a tier's long window."""
    return f"{series(RATIO, slo, tier.long)} / {plain(slo.budget)}"


def exhaustion(slo: Slo, tier: BurnTier) -> str:
    """Seconds until nothing is left if it goes on like this."""
    left = f"clamp_min({series(REMAINING, slo, slo.period)}, 0)"
    return f"{left} * {plain(slo.period.seconds)} / ({burn(slo, tier)})"


def burn_rate(slo: Slo, tier: BurnTier) -> str:
    """Both windows above the threshold; a short window or a count that is missing leaves the alert on, never off."""
    limit = f"{plain(tier.factor)} * {plain(slo.budget)}"
    return (
        f"{series(RATIO, slo, tier.long)} > {limit}\n"
        f"unless {series(RATIO, slo, tier.short)} <= {limit}\n"
        f"unless {series(ERRORS, slo, tier.long)} < {tier.min_errors}"
    )


def _sum(terms: list[str], by: tuple[str, ...]) -> str:
    if len(terms) == 1:
        return terms[0]
    # One component without data must not hide the others.
    united = told_apart(terms, "\n  or ")
    return aggregate("sum", by, f"\n  {united}\n")


def _raw_events(slo: Slo) -> str:
    return SLICED_EVENTS if slo.slice else EVENTS


def _rest(good: Signal, total: Signal, at: Steps, by: tuple[str, ...]) -> str:
    """What is not good is bad, also while nothing good has been counted yet."""
    every = increment(total, at, by)
    return f"clamp_min(({every} - {increment(good, at, by)}) or {every}, 0)"


def _slow(signal: Signal, threshold: Decimal, at: Steps, by: tuple[str, ...]) -> str:
    bound = binding(signal)
    limit = threshold / bound.scale
    if bound.native:
        fast = increment(signal, at, by, counted=lambda series: _within(series, limit))
    else:
        fast = increment(signal, at, by, "_bucket", bucket(limit))
    return f"clamp_min({_count(signal, at, by)} - {fast}, 0)"


def _within(native: str, limit: Decimal) -> str:
    return f"(histogram_fraction(0, {plain(limit)}, {native}) * histogram_count({native}))"


def _count(signal: Signal, at: Steps, by: tuple[str, ...]) -> str:
    if binding(signal).native:
        return increment(signal, at, by, counted=lambda series: f"histogram_count({series})")
    return increment(signal, at, by, "_count")


def _known(expression: str) -> str:
    # A quantile of no observations is NaN, which would poison every sum over time; no comparison with NaN holds.
    return f"(({expression}) >= -Inf)"
