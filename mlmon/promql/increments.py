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

from mlmon.plan.signals import Series
from mlmon.promql.quantities import binding
from mlmon.promql.text import aggregate, selector, told_apart
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlmon.plan.signals import Signal

_BRIDGE: Final = "30m"
"""How long a series may be missing and still be continued, which covers a restart of Prometheus with a long log to
replay. A gap that is longer is left out: errors and events alike."""
_SCRAPE_TIMEOUT: Final = Decimal(10)
"""Prometheus' default (prometheus.io/docs, configuration, `scrape_timeout`); it may not exceed the interval."""
_TARGET: Final = ("job", "instance")


@dataclass(frozen=True)
class Steps:
    """When the rules are evaluated, and how far behind the present they look.

    A scrape is stored only when it has ended, with the time at which it began. Looking back by the longest time that it
    may take makes sure that the samples of two successive evaluations are the same ones for both.
    """

    interval: Duration
    delay: Duration
    scrape: Duration

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
    terms = []
    for part in bound.series:
        chosen = selector(part, *extra, suffix=suffix)
        before = f"last_over_time({chosen}[{_BRIDGE}] offset {steps.before})"
        born = _targets(part, steps) if bound.count_first_samples else f"and {counted(before)}"
        terms.append(_increment(chosen, steps, before, born, counted))
    return aggregate("sum", by, told_apart(terms))


def _increment(chosen: str, steps: Steps, before: str, born: str, counted: Callable[[str], str]) -> str:
    """What is new since the last evaluation; all of it where the counter began anew, and what it had reached before.

    Ranges, not the newest sample alone: Prometheus marks the series of a failed scrape or a removed pod as stale, and
    what they counted before that would be lost. A series without a sample since the last evaluation has nothing new.
    """
    since = f"{chosen}[{steps.interval}] offset {steps.delay}"
    if counted is not str:
        # NOTE: max_over_time and resets leave native histograms out, so a reset loses up to one evaluation of them.
        now = counted(f"last_over_time({since})")
        return f"\n  ({now} - {counted(before)}) >= 0\n  or {now}\n    {born}\n"
    top = f"max_over_time({since})"
    again = f"last_over_time({since}) and resets({since}) > 0"
    within = f'\n  or label_replace({again}, "mlmon_reset", "1", "", "")' if steps.scrape < steps.interval else ""
    return f"\n  ({top} - {before}) >= 0\n  or {top}\n    {born}{within}\n"


def _targets(series: Series, steps: Steps) -> str:
    """Restrict to targets that were up before: their new series are born, not just discovered.

    A target whose `up` is itself new has been discovered or relabelled, and brings counters of any age.
    """
    up = selector(Series("up", tuple(item for item in series.matchers if item.label in _TARGET)))
    past, on = f"{up}[{_BRIDGE}] offset {steps.before}", f"on ({', '.join(_TARGET)})"
    found = f"last_over_time({up}[{steps.interval}] offset {steps.delay}) unless last_over_time({past})"
    return f"and {on} (max_over_time({past}) == 1)\n    unless {on} ({found})"


def steps(scrape_interval: Duration, evaluation_interval: Duration) -> Steps:
    """Return the steps for a project; a scrape takes at most its interval, and by default ten seconds."""
    delay = max(min(scrape_interval.seconds, _SCRAPE_TIMEOUT), Decimal(1))
    return Steps(evaluation_interval, Duration(delay), scrape_interval)
