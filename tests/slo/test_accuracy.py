"""The SLO series of a real Prometheus against what really happened, over three days of traffic in many shapes."""

import fcntl
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.slo_history import Tools, World, world
from tests.support.traffic import DAY, HOUR, SCRAPE, Shape, Truth, daily, incident, steady

LENGTH = 3.25 * DAY
SECOND_DAY = 1.5 * DAY
OUTAGE = (SECOND_DAY, SECOND_DAY + 6 * HOUR)
RESTART = (SECOND_DAY, SECOND_DAY + 4 * 60)
DELAY = 10.0
"""Seconds by which the rules look behind the present."""


def rate(value: float, begin: float, end: float) -> Callable[[float], float]:
    """A steady rate, but nothing within these hours of each day."""
    return lambda now: 0.0 if begin <= now % DAY / HOUR < end else value


SHAPES = [
    Shape(name="steady", rate=steady(20), failing=steady(0.0005)),
    Shape(name="replica", rate=steady(20), failing=steady(0.0005), seed="steady", late=2, tick=5),
    Shape(name="original", rate=steady(20), failing=steady(0.0005), seed="steady", tick=5),
    Shape(name="trough", rate=daily(20), failing=incident(0.0005, 1, 2 * DAY, 2 * HOUR)),
    Shape(name="peak", rate=daily(20), failing=incident(0.0005, 1, 2 * DAY + 11 * HOUR, 2 * HOUR)),
    Shape(name="zero", rate=rate(20, 2, 4), failing=incident(0.0005, 0.3, 2 * DAY + HOUR, 2 * HOUR)),
    Shape(name="idle", rate=incident(20, 0, LENGTH - 7 * HOUR, 7 * HOUR), failing=steady(0.002)),
    Shape(name="gap", rate=steady(20), failing=incident(0.0005, 0.3, 2 * DAY, 2 * HOUR), gaps=(OUTAGE,)),
    Shape(
        name="bridge",
        rate=steady(20),
        failing=incident(0.0005, 0.3, SECOND_DAY - 600, HOUR),
        gaps=((SECOND_DAY, SECOND_DAY + 20 * 60),),
    ),
    Shape(name="restart", rate=steady(20), failing=incident(0.0005, 0.3, SECOND_DAY - 600, HOUR), gaps=(RESTART,)),
    Shape(name="resets", rate=steady(20), failing=steady(0.0005), restarts=HOUR),
    Shape(name="lazy", rate=steady(1), failing=steady(0.002), renames=DAY / 2, pods=4),
    Shape(name="first", rate=steady(20), failing=incident(0, 0.01, LENGTH - 40 * 60, HOUR)),
    Shape(name="perfect", rate=steady(20), failing=steady(0)),
    Shape(name="relabelled", rate=steady(20), failing=steady(0.0005), relabelled=2 * DAY),
    Shape(name="upgraded", rate=steady(20), failing=steady(0.002), upgraded=2 * DAY),
    Shape(name="slow", rate=steady(20), failing=incident(0.0005, 0.2, 2 * DAY, HOUR), slow=True),
]
NAMES = [shape.name for shape in SHAPES]
UNSEEN = {"gap": (OUTAGE[0], OUTAGE[1] + SCRAPE)}
"""A gap that is too long to be bridged: what happened in it belongs to no budget, neither errors nor requests."""
EXACT = sorted({*NAMES} - {"resets", "lazy", "idle"})
"""Shapes in which no process vanishes with events that no scrape has seen."""


def truth_within(shape: str, truth: Truth, begin: float, end: float, start: float) -> tuple[int, int]:
    events, errors = truth.within(begin, end)
    if shape in UNSEEN:
        lost = truth.within(max(begin, start + UNSEEN[shape][0]), min(end, start + UNSEEN[shape][1]))
        events, errors = events - lost[0], errors - lost[1]
    return events, errors


def measure(made: World) -> dict[str, Any]:
    """All that the tests ask, so that one Prometheus serves the test processes of a whole run."""
    return {name: of_shape(made, name) for name in NAMES}


def of_shape(made: World, name: str) -> dict[str, Any]:
    (slo,) = next(service.slos for service in made.plan.services if service.name == name)
    at = f'{{service="{name}",slo="{slo.name}"}}'
    last = made.value(f"timestamp(slo:mlmon_events:increase30s{at})")
    chunk = made.value(f"timestamp(slo:mlmon_events:chunk5m{at})")
    assert last is not None
    assert chunk is not None
    # The newest evaluation that a chunk holds is one evaluation older than the chunk.
    held = last - 30 * math.ceil((last - (chunk - 30)) / 30)
    truth = made.truths[name]
    expected = {
        str(tier): truth_within(name, truth, until - DELAY - seconds, until - DELAY, made.start)
        for tier, seconds, until in [
            ("5m", 300, last), ("30m", 1800, last), ("1h", HOUR, last), ("6h", 6 * HOUR, last),
            ("3d", 3 * DAY, held), ("30d", 30 * DAY, held),
        ]
    }  # fmt: skip
    whole = truth_within(name, truth, 0, made.end, made.start)
    return {"derived": made.derived(name), "expected": expected, "whole": whole}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str], worker_id: str) -> Any:
    tools = Tools(require_tool("promtool"), require_tool("prometheus"))
    folder = tmp_path_factory.mktemp("slo")
    shared = folder if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    with (shared / "slo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answers = shared / "slo.json"
        if not answers.exists():
            with world(folder, tools, SHAPES, LENGTH, {"restart": RESTART}) as made:
                answers.write_text(json.dumps(measure(made)), encoding="utf-8")
    return json.loads(answers.read_text(encoding="utf-8"))
