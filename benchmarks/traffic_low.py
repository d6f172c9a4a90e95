"""Prints how often TrafficLow fires for nothing, and how soon it notices, by its window and `for`: docs/routing.md.

Requests come in batches (Poisson) along a day's shape; what is usual is the median of the same window one, two and
three weeks ago, as in the rule. Options: --days, --seed.
"""

import argparse
import math
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

DAY, WEEK = 1440, 10080
"""Minutes, in which everything here is counted."""
RATE = 5
"""The window of the recorded rate."""
SHARE, FLOOR = 0.3, 0.1
"""Threshold and least usual rate of mlmon/packs/data/alerts/application.yaml."""
LEFT = 0.1
"""What is left of the requests in the outage that is to be noticed."""
PAIRS = [(60, 30), (30, 30), (30, 20), (30, 15), (20, 20)]
TRAFFIC = [(0.15, 20), (0.15, 50), (1.0, 50), (1.0, 1)]
"""Requests a second on the mean of a day, and how many come at once."""


@dataclass(frozen=True)
class Traffic:
    """Requests of each minute, as sums from the beginning."""

    sums: list[float]

    def mean(self, minute: int, window: int) -> float:
        """The mean over a window of the rate a second, which itself looks back over RATE."""
        ends = self.sums[minute - window + 1 : minute + 1]
        begins = self.sums[minute - window + 1 - RATE : minute + 1 - RATE]
        return (sum(ends) - sum(begins)) / window / RATE / 60

    def is_low(self, minute: int, window: int) -> bool:
        usual = statistics.median(self.mean(minute - week * WEEK, window) for week in (1, 2, 3))
        return usual > FLOOR and self.mean(minute, window) < SHARE * usual


def traffic(rate: float, batch: int, minutes: int, chance: random.Random, drop: int | None = None) -> Traffic:
    """Make up traffic, of which LEFT remains from the minute `drop` on."""
    counts = []
    for minute in range(minutes):
        left = LEFT if drop is not None and minute >= drop else 1.0
        shape = 1 - 0.85 * math.cos(2 * math.pi * (minute / 60 - 3) / 24)
        counts.append(batch * poisson(left * rate * 60 / batch * shape, chance))
    return Traffic([0.0, *accumulate(counts)])


def poisson(mean: float, chance: random.Random) -> int:
    """Draw a number of events (Knuth, The Art of Computer Programming, volume 2, 3.4.1)."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def alarms(low: list[bool], wait: int) -> int:
    """Count how often it was low at every minute of `wait`, and then not any more."""
    found, since = 0, 0
    for now in low:
        since = since + 1 if now else 0
        found += since == wait + 1
    return found


def noticed(window: int, wait: int, starts: Iterator[int], chance: random.Random) -> list[int]:
    """Minutes until outages of a service with independent callers fire."""
    found = []
    for start in starts:
        drop = 3 * WEEK + start
        made = traffic(1.0, 1, drop + 4 * 60, chance, drop)
        since = 0
        for minute in range(drop, drop + 4 * 60):
            since = since + 1 if made.is_low(minute, window) else 0
            if since == wait + 1:
                found.append(minute - drop)
                break
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  no secret
    minutes = 3 * WEEK + asked.days * DAY
    made = [traffic(rate, batch, minutes, chance) for rate, batch in TRAFFIC]
    titles = [f"{rate:g}/s, {batch} at once" for rate, batch in TRAFFIC]
    print(f"False alarms in 30 days, of {asked.days}; minutes until nine requests in ten missing are noticed (median)")
    print("| window, `for` | noticed after | " + " | ".join(titles) + " |")
    low = {
        window: [[one.is_low(minute, window) for minute in range(3 * WEEK + 120, minutes)] for one in made]
        for window in {window for window, _ in PAIRS}
    }
    for window, wait in PAIRS:
        soon = statistics.median(noticed(window, wait, iter(range(3 * 60, DAY, 4 * 60)), chance))
        rates = [alarms(one, wait) * 30 / asked.days for one in low[window]]
        print(f"| {window}m, {wait}m | {soon:g} | " + " | ".join(f"{rate:.2f}" for rate in rates) + " |", flush=True)


if __name__ == "__main__":
    main()
