"""When a burn-rate alert fires and resolves, as closed formulas.

Before the outage all is well, and traffic is even. A window of length L over an outage with error ratio e then holds
the ratio e*t/L after t seconds, so it exceeds the threshold h at t = L*h/e; the short window is there sooner. The tier
also wants n bad events, which at r events a second are there at t = n/(e*r). After the outage the short window falls
below the threshold first, at S*(1 - h/e). To this comes how long it takes until an event is counted:

- its scrape: up to one scrape interval;
- the rules look `delay` into the past, so that the samples of that scrape are stored;
- the rules that count, then those that compare: each up to one evaluation interval;
- windows from 12h on are added up from chunks: at least one evaluation more, at most that and the length of a chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mlmon.explain.model import Between, Reaction
from mlmon.plan.quantities import Quantile, Rate, Ratio
from mlmon.plan.slo import Computed, TimeWhile
from mlmon.promql.increments import steps
from mlmon.promql.slo import CHUNK, LONG
from mlmon.units import percent, plain

if TYPE_CHECKING:
    from mlmon.plan.model import Outputs
    from mlmon.plan.slo import BurnTier, Slo
    from mlmon.units import Duration


@dataclass(frozen=True)
class Lag:
    """What lies between an event and an alert that knows of it, apart from the windows; in seconds."""

    scrape: Decimal
    interval: Decimal
    delay: Decimal
    smoothed: Decimal

    @classmethod
    def of(cls, slo: Slo, outputs: Outputs) -> Lag:
        """Return the lag of an SLO's series; a condition is read as it is now, and may be an average of its own."""
        at = steps(outputs.scrape_interval, outputs.evaluation_interval)
        counted = not isinstance(slo.indicator, TimeWhile | Computed)
        quantity = slo.indicator.quantity if isinstance(slo.indicator, TimeWhile) else None
        averages = isinstance(quantity, Quantile | Rate | Ratio)
        return cls(
            scrape=outputs.scrape_interval.seconds,
            interval=at.interval.seconds,
            delay=at.delay.seconds if counted else Decimal(0),
            smoothed=quantity.window.seconds if quantity and averages else Decimal(0),
        )

    def after(self, seconds: Decimal, window: Duration) -> Between:
        """Return when an alert acts on what a window holds after so many seconds."""
        chunked = window >= LONG
        earliest = seconds + self.delay + (self.interval if chunked else 0)
        spread = self.scrape + 2 * self.interval + self.smoothed + (CHUNK.seconds if chunked else 0)
        return Between(earliest, earliest + spread)


@dataclass(frozen=True)
class Bad:
    """How an outage is counted: after `begins` seconds, `ratio` of the events, `rate` of which there are a second.

    It goes on being counted for `ends` seconds after the outage. Time slices are not counted as bad before enough of
    their events are, and then entirely.
    """

    ratio: Decimal
    rate: Decimal | None
    begins: Decimal = Decimal(0)
    ends: Decimal = Decimal(0)

    @classmethod
    def of(cls, slo: Slo, ratio: Decimal, rate: Decimal | None) -> Bad | None:
        """Return how an outage of a share of bad events is counted; None where slices tolerate it."""
        if slo.slice is None:
            return cls(ratio, Decimal(1) if slo.counts_time else rate)
        tolerated = (1 - slo.slice.objective) / ratio
        if tolerated >= 1:
            return None
        length = slo.slice.length.seconds
        return cls(Decimal(1), Decimal(1), length * tolerated, length * (1 - tolerated))


def reaction(slo: Slo, tier: BurnTier, bad: Bad | None, lag: Lag) -> Reaction:
    """Return what a tier does about an outage that goes on."""
    if bad is None:
        return _silent(tier, "its slices tolerate it")
    threshold = tier.threshold(slo.objective)
    if bad.ratio <= threshold:
        return _silent(tier, f"not above {percent(threshold)}")
    needed = needed_seconds(tier, bad, threshold)
    if needed > tier.long.seconds:
        return _silent(tier, f"fewer than {tier.min_errors} bad events in {tier.long}")
    fires = lag.after(bad.begins + needed, tier.long)
    recovered = bad.ends + tier.short.seconds * (1 - threshold / bad.ratio)
    spent = bad.ratio * (fires.latest - bad.begins)
    return Reaction(tier, fires, lag.after(recovered, tier.short), spent / (slo.budget * slo.period.seconds))


def needed_seconds(tier: BurnTier, bad: Bad, threshold: Decimal) -> Decimal:
    """Return after how many counted seconds the long window is above the threshold and holds enough bad events."""
    crossed = tier.long.seconds * threshold / bad.ratio
    return max(crossed, tier.min_errors / (bad.ratio * bad.rate)) if bad.rate else crossed


def _silent(tier: BurnTier, why: str) -> Reaction:
    return Reaction(tier, None, None, None, why)


def least_rate(tier: BurnTier, slo: Slo) -> str:
    """Write the traffic below which `min_errors` delays a tier in a total outage, in events an hour."""
    crossed = tier.long.seconds * tier.threshold(slo.objective)
    return plain((tier.min_errors / crossed * 3600).quantize(Decimal("0.1")))
