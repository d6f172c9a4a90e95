"""Names and expressions of SLO series: two rules read raw data over one short window, all else derives from them.

The longer windows sum the short one, so that every event weighs the same, a quiet hour is empty instead of NaN, and
the cost does not grow with the number of the service's series.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mlmon.plan.quantities import Quantity, Rate
from mlmon.plan.slo import BurnTier, Events, Slo, TimeWhile, Within
from mlmon.promql.quantities import Renderer, binding
from mlmon.promql.text import bucket, equals, selector
from mlmon.units import Duration, plain

if TYPE_CHECKING:
    from mlmon.plan.signals import Signal

TOTAL = "slo:mlmon_events:rate"
ERRORS = "slo:mlmon_errors:rate"
COUNT = "slo:mlmon_errors:count"
TOTAL_COUNT = "slo:mlmon_events:count"
RATIO = "slo:mlmon_error_ratio:rate"
REMAINING = "slo:mlmon_error_budget_remaining:ratio"
OBJECTIVE = "slo:mlmon_objective:ratio"


def labels(slo: Slo) -> dict[str, str]:
    """Return the labels that every series of an SLO carries, and no others, so that joins need no modifiers."""
    return {"service": slo.service, "slo": slo.name}


def series(name: str, slo: Slo, window: Duration | str = "") -> str:
    """Return the selector of one of an SLO's series."""
    return f"{name}{window}{equals(**labels(slo))}"


def base_window(scrape_interval: Duration, evaluation_interval: Duration) -> Duration:
    """Return the one window over raw data: four scrapes, so that a missed one does not leave a gap."""
    return Duration(max(4 * scrape_interval.seconds, 2 * evaluation_interval.seconds, Decimal(60)))


def total_rate(slo: Slo, window: Duration, render: Renderer) -> str:
    """Events per second, of all components together."""
    match slo.indicator:
        case Events(pairs):
            return _sum([_rate(total, window) for _, total in pairs if total.prometheus])
        case Within(histograms):
            return _sum([_rate(signal, window, "_count") for signal in histograms])
        case TimeWhile(quantity):
            return f"clamp({_known(quantity, render)}, 1, 1)"


def error_rate(slo: Slo, window: Duration, render: Renderer) -> str:
    """Bad events per second; 0, not unknown, while no error series exists yet."""
    match slo.indicator:
        case Events(pairs):
            found = [(bad, total) for bad, total in pairs if total.prometheus]
            return _sum([f"({_rate(bad, window)} or 0 * {_rate(total, window)})" for bad, total in found])
        case Within(histograms, threshold):
            return _sum([_slow(signal, threshold, window) for signal in histograms])
        case TimeWhile(quantity, bad_if, limit):
            return f"{_known(quantity, render)} {'>' if bad_if == 'above' else '<'} bool {plain(limit)}"


def burn_rate(slo: Slo, tier: BurnTier) -> str:
    """Both windows above the threshold; a short window or a count that is missing leaves the alert on, never off."""
    limit = f"{plain(tier.factor)} * {plain(slo.budget)}"
    return (
        f"{series(RATIO, slo, tier.long)} > {limit}\n"
        f"unless {series(RATIO, slo, tier.short)} <= {limit}\n"
        f"unless {series(COUNT, slo, tier.long)} < {tier.min_errors}"
    )


def _sum(terms: list[str]) -> str:
    if len(terms) == 1:
        return terms[0]
    # One component without data must not hide the others.
    united = " or ".join(f'label_replace({term}, "mlmon_part", "{index}", "", "")' for index, term in enumerate(terms))
    return f"sum({united})"


def _rate(signal: Signal, window: Duration, suffix: str = "") -> str:
    return Renderer().rates(Rate(signal=signal, window=window), signal, suffix=suffix)


def _slow(signal: Signal, threshold: Decimal, window: Duration) -> str:
    bound = binding(signal)
    fast = selector(bound.series[0], bucket(threshold / bound.scale), suffix="_bucket")
    return f"clamp_min({_rate(signal, window, '_count')} - sum(rate({fast}[{window}])), 0)"


def _known(quantity: Quantity, render: Renderer) -> str:
    # A quantile of no observations is NaN, which would poison every sum over time; no comparison with NaN holds.
    return f"(({render.quantity(quantity)}) >= -Inf)"
