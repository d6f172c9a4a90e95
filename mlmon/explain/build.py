"""Explains an SLO: allowances, reactions to typical outages, and what stays unnoticed."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

from mlmon.explain.detection import Bad, Lag, least_rate, needed_seconds, reaction
from mlmon.explain.model import Allowance, Explanation, Outage
from mlmon.units import Duration, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Plan
    from mlmon.plan.slo import BurnTier, Slo

OUTAGES: Final = tuple(map(Decimal, ("1", "0.1", "0.01", "0.002")))
JUST_ABOVE: Final = Decimal("1.1")
"""An outage just above the objective has this many times the bad events that the objective allows."""
_WINDOWS: Final = tuple(map(Duration.of, ("1h", "1d")))


def explain(plan: Plan, slo: Slo, rate: Decimal | None = None) -> Explanation:
    """Explain an SLO at a traffic in events per second; without one, that of the spec."""
    traffic = Decimal(1) if slo.counts_time else rate or slo.traffic
    lag = Lag.of(slo, plan.outputs)
    outages = tuple(
        Outage(ratio, name, tuple(reaction(slo, tier, Bad.of(slo, ratio, traffic), lag) for tier in slo.tiers))
        for ratio, name in _ratios(slo)
    )
    return Explanation(slo, traffic, _allowances(slo, traffic), outages, tuple(_never(plan, slo, traffic)))


def _ratios(slo: Slo) -> list[tuple[Decimal, str]]:
    named = {ratio: f"{percent(ratio)} bad" for ratio in OUTAGES}
    above = JUST_ABOVE * slo.budget
    if above < 1:
        named[above] = f"{percent(above)} bad, just above the objective"
    return sorted(named.items(), reverse=True)


def _allowances(slo: Slo, rate: Decimal | None) -> tuple[Allowance, ...]:
    spans = sorted({*_WINDOWS, *(tier.long for tier in slo.tiers)})
    windows = [window for window in spans if window.seconds < slo.period.seconds]
    return tuple(_allowance(slo, window, rate) for window in (*windows, slo.period))


def _allowance(slo: Slo, window: Duration, rate: Decimal | None) -> Allowance:
    outage = slo.budget * window.seconds
    return Allowance(window, outage, None if rate is None or slo.counts_time else outage * rate)


def _never(plan: Plan, slo: Slo, rate: Decimal | None) -> Iterator[str]:
    paging = [tier for tier in slo.tiers if plan.routing.severity(tier.severity).paging]
    for tiers, what in ((paging, "pages nobody"), (list(slo.tiers), "is noticed by no tier")):
        if tiers:
            yield f"An outage of {_lowest(slo, tiers)} bad or less {what}, however long it lasts."
    if not paging:
        yield "No outage pages anybody: this SLO has no tier of a paging severity."
        return
    total = Bad.of(slo, Decimal(1), rate)
    if total is not None:
        least = [needed_seconds(tier, total, tier.threshold(slo.objective)) for tier in paging]
        reached = [seconds for seconds, tier in zip(least, paging, strict=True) if seconds <= tier.long.seconds]
        if reached:
            length = Duration((total.begins + min(reached)).quantize(Decimal(1), ROUND_FLOOR))
            yield f"A total outage that is over within {length} pages nobody."
    if rate is None:
        limits = ", ".join(f"{least_rate(tier, slo)}/h for {tier.name}" for tier in slo.tiers)
        yield f"With less traffic than this, too few bad events delay the tiers even in a total outage: {limits}."


def _lowest(slo: Slo, tiers: list[BurnTier]) -> str:
    lowest = min(tier.threshold(slo.objective) for tier in tiers)
    return percent(max(lowest, 1 - slo.slice.objective) if slo.slice else lowest)
