"""Exact increments of counters: what was counted since the last evaluation, without extrapolation.

`rate()` extrapolates to the edges of its window and starts a new series at its first value, so sums of rates drift from
the counts they stand for: about 1 % with hourly restarts, 11 % where error series are born with their first error
(prometheus/prometheus#1673). Differences between the newest samples of two successive evaluations telescope instead:
their sum over any time is the counter's own increase.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql.quantities import binding
from mlmon.promql.text import aggregate, selector
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlmon.plan.signals import Signal

_BRIDGE: Final = "5m"
"""How long a series may be missing and still be continued; as long as Prometheus looks back for instant queries."""


@dataclass(frozen=True)
class Steps:
    """When the rules are evaluated, and how far behind the present they look.

    A scrape is stored only when it has ended, with the time at which it began. Looking back by one scrape interval
    makes sure that the samples of two successive evaluations are the same ones for both.
    """

    interval: Duration
    delay: Duration

    @property
    def before(self) -> Duration:
        """How far back the previous evaluation looked."""
        return Duration(self.delay.seconds + self.interval.seconds)


def increment(
    signal: Signal,
    steps: Steps,
    by: Iterable[str] = (),
    suffix: str = "",
    *extra: str,
    counted: Callable[[str], str] = str,
) -> str:
    """Render a counter's increase between two evaluations, summed over its series (per label in `by`).

    `suffix` and `extra` (rendered matchers) choose a histogram's series; `counted` takes the counter out of a native
    histogram. Counter resets count from zero; a series born on a target that was up counts from its first sample,
    unless the component's exporter expires idle series.
    """
    bound = binding(signal)
    chosen = [selector(series, *extra, suffix=suffix) for series in bound.series]
    terms = [_increment(series, steps, counted, bound.count_first_samples) for series in chosen]
    if len(terms) > 1:
        terms = [f'label_replace({term}, "mlmon_part", "{index}", "", "")' for index, term in enumerate(terms)]
    return aggregate("sum", by, " or ".join(terms))


def _increment(chosen: str, steps: Steps, counted: Callable[[str], str], first: bool) -> str:
    now = counted(f"{chosen} offset {steps.delay}")
    before = counted(f"last_over_time({chosen}[{_BRIDGE}] offset {steps.before})")
    born = f"\n  or (({now}) unless {before}) and on (job, instance) (up offset {steps.before} == 1)" if first else ""
    return f"\n  (({now}) - {before}) >= 0\n  or ({now}) < {before}{born}\n"


def is_zero(signal: Signal, steps: Steps, by: Iterable[str] = (), suffix: str = "") -> str:
    """Render 0 where the counter has series, for the time before the first error has made an error series."""
    terms = [f"{selector(series, suffix=suffix)} offset {steps.delay}" for series in binding(signal).series]
    return f"0 * {aggregate('sum', by, ' or '.join(terms))}"


def steps(scrape_interval: Duration, evaluation_interval: Duration) -> Steps:
    """Return the steps for a project: a scrape takes at most its interval, since its timeout may not be longer."""
    return Steps(evaluation_interval, Duration(max(scrape_interval.seconds, Decimal(1))))
