"""Prints how soon burn-rate alerts fire in outages, and how often they fire for nothing: mlmon's rules and its peers'.

Counts are made up (Poisson), and judged by the arithmetic of benchmarks/peers; tests/slo/test_arithmetic.py proves
that mlmon's is that of its rules. Options: --months (of low traffic), --phases, --seed.
"""

import argparse
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers import pyrra, sloth
from benchmarks.peers.arithmetic import TICK, Arithmetic, Pair, Scrapes, episodes, firing
from mlmon.plan.slo import Slo
from mlmon.promql.increments import steps
from mlmon.promql.slo import CHUNK, LONG
from mlmon.units import Duration
from tests.support.slo_history import plan
from tests.support.traffic import Arrivals

DAY = 86400
BUDGET = 0.001
SCRAPE = 15
PEERS = [sloth.ARITHMETIC, pyrra.ARITHMETIC]
OUTAGES = [(1.0, 1 / 3, 15), (1.0, 1 / 3, 30), (0.1, 1, 15), (0.01, 12, 15), (0.002, 72, 15)]
"""Share of the requests that fail, hours, seconds between scrapes."""
SPEC = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: fraud, team: ml, description: Made up.}
runtimes:
  - {preset: prometheus-client, selector: {job: fraud}}
slos:
  - {name: availability, objective: 99.9%}
"""


def mlmon(scrape: int = SCRAPE) -> Arithmetic:
    """The tiers of the compiled plan and the delays of its rules."""
    with tempfile.TemporaryDirectory() as folder:
        made = plan(Path(folder), [SPEC], f"{scrape}s")
    delay = steps(made.outputs.scrape_interval, made.outputs.evaluation_interval).delay
    return of_slo(made.services[0].slos[0], int(delay.seconds))


def of_slo(slo: Slo, delay: int) -> Arithmetic:
    """The arithmetic of an SLO's rules."""
    pairs = tuple(
        Pair(tier.severity, _seconds(tier.short), _seconds(tier.long), float(tier.factor), tier.min_errors)
        for tier in slo.tiers
    )
    return Arithmetic(
        "mlmon",
        pairs,
        delay,
        extrapolates=False,
        fails_open=True,
        chunk=_seconds(CHUNK) // TICK,
        chunked=_seconds(LONG),
    )


def _seconds(length: Duration) -> int:
    return int(length.seconds)


def outage(share: float, length: float, around: tuple[float, float], every: int, seed: str) -> tuple[Scrapes, float]:
    """100 requests a second, of which 0.01% fail, and then more for a while; and the second at which that begins."""
    arrivals, (before, after) = Arrivals(seed), around
    begin = before + arrivals.random.uniform(0, 300)
    events, errors = [], []
    for number in range(int((before + 300 + length + after) / every)):
        start = number * every
        inside = max(0.0, min(start + every, begin + length) - max(start, begin)) / every
        count = arrivals.count(100 * every)
        events.append(count)
        errors.append(min(count, arrivals.count(count * (inside * share + (1 - inside) * 0.0001))))
    return Scrapes(events, errors, every, arrivals.random.uniform(0, every)), begin


def minutes_to(flags: list[bool], begin: float, *, state: bool) -> float:
    """Minutes from `begin` until an alert is in a state; infinite if it never is."""
    for number in range(math.ceil(begin / TICK), len(flags)):
        if flags[number - 1] == state:
            return (number * TICK - begin) / 60
    return math.inf


def shown(values: list[float]) -> str:
    known = [value for value in values if value < math.inf]
    if len(known) < len(values):
        return "never" if not known else f"{len(known)}/{len(values)}"
    return f"{statistics.median(values):.1f} ({max(values):.1f})"


def detection(phases: int, seed: int) -> None:
    """Print the first table."""
    print("\nDetection and reset at 100 requests a second: minutes from the beginning (the end) of the outage,")
    print(f"median (worst) of {phases} random phases; 'n/m' where only some outages were seen\n")
    print(f"{'outage':16} {'scrape':>6} {'':7} {'page':>15} {'page ends':>15} {'ticket':>17} {'ticket ends':>15}")
    for share, hours, every in OUTAGES:
        tools = [mlmon(every), *PEERS]
        made = [
            outage(share, hours * 3600, (4.5 * DAY, 10 * 3600), every, f"{seed}/{share}/{every}/{phase}")
            for phase in range(phases)
        ]
        for tool in tools:
            columns = []
            judged = [(firing(tool, scrapes, BUDGET), begin) for scrapes, begin in made]
            for severity in ("page", "ticket"):
                times = [of_outage(found[severity], begin, hours * 3600) for found, begin in judged]
                ends = [end for _, end in times if end < math.inf]
                columns += [shown([at for at, _ in times]), shown(ends) if ends else "-"]
            page, page_end, ticket, ticket_end = columns
            label = f"{share:.1%}, {hours:.3g} h"
            print(f"{label:16} {every:5}s {tool.name:7} {page:>15} {page_end:>15} {ticket:>17} {ticket_end:>15}")


def of_outage(flags: list[bool], begin: float, length: float) -> tuple[float, float]:
    """Minutes from the beginning until it fires, and from the end until it does not any more."""
    at = minutes_to(flags, begin, state=True)
    if at == math.inf:
        return at, at
    end = max(begin + length, begin + at * 60 + TICK)
    return at, minutes_to(flags, end, state=False) + (end - begin - length) / 60


def quiet(per_hour: float, failing: float, days: float, rate: Callable[[float], float], seed: str) -> Scrapes:
    """Poisson arrivals of a service: few, so one by one."""
    chance = random.Random(seed)  # noqa: S311
    events, errors = [0] * int(days * DAY / SCRAPE), [0] * int(days * DAY / SCRAPE)
    if per_hour >= 3000:
        arrivals = Arrivals(seed)
        for number in range(len(events)):
            events[number] = arrivals.count(per_hour * rate(number * SCRAPE) * SCRAPE / 3600)
            errors[number] = arrivals.failures(events[number], failing)
        return Scrapes(events, errors, SCRAPE, chance.uniform(0, SCRAPE))
    now, top = 0.0, 1.9
    while True:
        now += chance.expovariate(per_hour * top / 3600)
        if now >= days * DAY:
            return Scrapes(events, errors, SCRAPE, chance.uniform(0, SCRAPE))
        if chance.random() * top < rate(now):
            events[int(now / SCRAPE)] += 1
            errors[int(now / SCRAPE)] += chance.random() < failing


def even(now: float) -> float:
    del now
    return 1.0


def daily(now: float) -> float:
    """A day's course from 0.1 to 1.9 times the mean."""
    return 0.1 + 1.8 * math.sin(math.pi * (now % DAY) / DAY) ** 2


def false_alarms(months: int, seed: int) -> None:
    print("\nHealthy services (0.05% of requests fail, half of what the objective of 99.9% allows): alarms a month,")
    print("share of service-months with any; then a total outage of 4 h: minutes to the page, seen outages\n")
    columns = f"{'pages':>8} {'with any':>8} {'tickets':>8} {'with any':>8}"
    print(f"{'requests an hour':18} {'months':>6} {'':7} {columns} {'outage':>16}")
    tools = [mlmon(), *PEERS]
    for per_hour, course in [(5, even), (60, even), (60, daily), (600, even), (600, daily), (6000, daily)]:
        count = months if per_hour <= 60 else max(months // 8, 6)
        alarms: dict[str, list[tuple[int, int]]] = {tool.name: [] for tool in tools}
        for month in range(count):
            made = quiet(per_hour, 0.0005, 30, course, f"{seed}/{per_hour}/{course.__name__}/{month}")
            for tool in tools:
                found = firing(tool, made, BUDGET)
                alarms[tool.name].append((episodes(found["page"]), episodes(found["ticket"])))
        outages = total_outages(tools, per_hour, course, 24, seed)
        for name, found_alarms in alarms.items():
            pages, tickets = ([pair[which] for pair in found_alarms] for which in (0, 1))
            shares = [f"{sum(each) / count:8.2f} {sum(map(bool, each)) / count:8.0%}" for each in (pages, tickets)]
            label = f"{per_hour} {course.__name__}"
            print(f"{label:18} {count:6} {name:7} {' '.join(shares)} {shown(outages[name]):>16}")


def total_outages(
    tools: list[Arithmetic], per_hour: float, course: Callable[[float], float], count: int, seed: int
) -> dict[str, list[float]]:
    """Minutes to the page when everything fails for four hours, beginning at a random hour of the sixth day."""
    found: dict[str, list[float]] = {tool.name: [] for tool in tools}
    for number in range(count):
        made = quiet(per_hour, 0.0005, 6.2, course, f"outage/{seed}/{per_hour}/{number}")
        begin = 5 * DAY + random.Random(f"{seed}/{number}").randrange(DAY)  # noqa: S311
        for index in range(begin // SCRAPE, (begin + 4 * 3600) // SCRAPE):
            made.errors[index] = made.events[index]
        for tool in tools:
            found[tool.name].append(minutes_to(firing(tool, made, BUDGET)["page"], begin, state=True))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=200)
    parser.add_argument("--phases", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.monotonic()
    tiers = [f"{pair.long}/{pair.short} s at {pair.factor:g}x, {pair.min_errors} errors" for pair in mlmon().pairs]
    print(f"mlmon's tiers: {', '.join(tiers)}")
    print(f"peers: {sloth.VERSION}, {pyrra.VERSION}; evaluations every {TICK} s")
    detection(options.phases, options.seed)
    false_alarms(options.months, options.seed)
    print(f"\n{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
