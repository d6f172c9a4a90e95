"""Made-up traffic of services, scraped as Prometheus scrapes it, with the whole numbers that really happened.

Requests arrive at random (Poisson) in ticks. What a scrape shows is what the processes have counted until then; the
truth is what arrived, whether anybody ever saw it or not.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HOUR = 3600.0
DAY = 86400.0
SCRAPE = 15.0
Course = Callable[[float], float]
"""A value at a number of seconds after the start."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One service: its traffic, and what happens to it at which second."""

    name: str
    rate: Course
    """Requests per second of all pods together."""
    failing: Course
    """Share of the requests that fail."""
    pods: int = 2
    scrape: float = SCRAPE
    """Seconds between scrapes."""
    tick: float = 0
    """Seconds by which arrivals are counted, those of a scrape if 0; a scrape happens at the end of one."""
    late: int = 0
    """Ticks by which all scrapes are later than those of a shape that is the same otherwise."""
    seed: str = ""
    """Shapes of one seed have the same arrivals."""
    restarts: float = 0
    """Every process begins anew once in this time, between two scrapes."""
    renames: float = 0
    """Every pod is replaced by one with another name once in this time."""
    gaps: tuple[tuple[float, float], ...] = ()
    """Nobody scrapes between these times; the processes go on."""
    relabelled: float = math.inf
    """From then on the targets carry one more label."""
    upgraded: float = math.inf
    """From then on the same targets run a new process with another `model_version`."""
    slow: bool = False
    """A failing request is a slow one, counted by a histogram."""


@dataclass
class Truth:
    """What arrived, by the time of the scrape that first could show it."""

    arrived: list[tuple[float, int, int]] = field(default_factory=list)

    def within(self, begin: float, end: float) -> tuple[int, int]:
        """Requests and failed ones that scrapes after `begin`, up to `end`, were the first to show."""
        inside = [(events, errors) for moment, events, errors in self.arrived if begin < moment <= end]
        return sum(events for events, _ in inside), sum(errors for _, errors in inside)


@dataclass
class Process:
    """The counters of one process of a pod."""

    instance: str
    version: str
    good: int = 0
    bad: int = 0

    def answer(self, events: int, errors: int) -> None:
        self.good += events - errors
        self.bad += errors


class Arrivals:
    """Random requests of one pod, and which of them fail."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.share, self.until_failure = -1.0, 0

    def count(self, expected: float) -> int:
        """A Poisson number; beyond 30 a normal one is as good."""
        if expected > 30:
            return max(0, round(self.random.gauss(expected, math.sqrt(expected))))
        limit, product, count = math.exp(-expected), self.random.random(), 0
        while product > limit:
            product *= self.random.random()
            count += 1
        return count

    def failures(self, events: int, share: float) -> int:
        """How many of the next requests fail: counts the requests until the next failure, so costs as many steps."""
        if share <= 0 or share >= 1:
            return events if share >= 1 else 0
        if share != self.share:
            self.share, self.until_failure = share, self._distance(share)
        found, left = 0, events
        while self.until_failure < left:
            left -= self.until_failure + 1
            found += 1
            self.until_failure = self._distance(share)
        self.until_failure -= left
        return found

    def _distance(self, share: float) -> int:
        return int(math.log(1 - self.random.random()) / math.log(1 - share))


class Recorder:
    """What Prometheus has stored: the samples of every series in order."""

    def __init__(self) -> None:
        self.series: dict[str, list[str]] = {}

    def add(self, series: str, value: int, moment: float) -> None:
        self.series.setdefault(series, []).append(f"{series} {value} {moment:.3f}\n")

    def scrape(self, shape: Shape, process: Process, moment: float, region: str) -> None:
        """Store what a process exposes; a series of errors does not exist before the first one."""
        target = f'job="{shape.name}",instance="{process.instance}"{region}'
        self.add(f"up{{{target}}}", 1, moment)
        metric, labels = "ml_inference_requests_total", f'{target},model_version="{process.version}"'
        if shape.slow:
            metric = "ml_inference_latency_seconds"
            self.add(f'{metric}_bucket{{{labels},le="0.5"}}', process.good, moment)
            self.add(f'{metric}_bucket{{{labels},le="+Inf"}}', process.good + process.bad, moment)
            self.add(f"{metric}_count{{{labels}}}", process.good + process.bad, moment)
            return
        self.add(f'{metric}{{{labels},status="success"}}', process.good, moment)
        if process.bad:
            self.add(f'{metric}{{{labels},status="error"}}', process.bad, moment)

    def lines(self) -> Iterator[str]:
        """OpenMetrics text, series by series."""
        for samples in self.series.values():
            yield from samples


def _run(shape: Shape, pod: int, recorder: Recorder, truth: Truth, start: float, length: float) -> None:
    name = f"{shape.seed or shape.name}/{pod}"
    arrivals, chance = Arrivals(name), random.Random(f"{name}/moments")  # noqa: S311
    tick = shape.tick or shape.scrape
    phase, restart = chance.uniform(0.1, tick - 0.1), chance.uniform(0, shape.restarts)
    process, life, events, errors = Process(f"10.0.{pod}.0:80", "v1"), 0, 0, 0
    every = round(shape.scrape / tick)
    for number in range(int(length / tick)):
        now = number * tick
        lived = int(now / shape.renames) if shape.renames else 0
        if lived != life or (process.version == "v1" and now >= shape.upgraded):
            life = lived
            process = Process(f"10.0.{pod}.{life}:80", "v2" if now >= shape.upgraded else "v1")
        more = arrivals.count(shape.rate(now) * tick / shape.pods)
        failed = arrivals.failures(more, shape.failing(now))
        events, errors = events + more, errors + failed
        if shape.restarts and restart <= now:
            # What came before the restart, in the same tick, is lost to every scrape, but it did arrive.
            share, restart = chance.random(), restart + shape.restarts
            process = Process(process.instance, process.version)
            more, failed = round(more * share), round(failed * share)
        process.answer(more, failed)
        if number % every != shape.late or any(begin < now < end for begin, end in shape.gaps):
            continue
        moment = start + now + phase
        recorder.scrape(shape, process, moment, ',region="eu"' if now >= shape.relabelled else "")
        truth.arrived.append((moment, events, errors))
        events = errors = 0


def write(shapes: Iterable[Shape], path: Path, start: float, length: float) -> dict[str, Truth]:
    """Write what Prometheus would have stored as OpenMetrics text; return the truth by shape.

    The traffic of a seed is the same, whatever time `start` is.
    """
    truths: dict[str, Truth] = {}
    with path.open("w", encoding="utf-8") as file:
        for shape in shapes:
            truths[shape.name] = Truth()
            for pod in range(shape.pods):
                recorder = Recorder()
                _run(shape, pod, recorder, truths[shape.name], start, length)
                file.writelines(recorder.lines())
        file.write("# EOF\n")
    return truths


def steady(value: float) -> Course:
    """The same value at all times."""
    return lambda _: value


def daily(mean: float) -> Course:
    """A day's course with nineteen times as much at noon as at midnight."""
    return lambda now: mean * (0.1 + 1.8 * math.sin(math.pi * (now % DAY) / DAY) ** 2)


def incident(usual: float, during: float, begin: float, length: float) -> Course:
    """A higher value for a while."""
    return lambda now: during if begin <= now < begin + length else usual
