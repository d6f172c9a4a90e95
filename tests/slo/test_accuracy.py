"""The SLO series of a real Prometheus against what really happened, over three days of traffic in many shapes."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.slo_history import Tools, World, world
from tests.support.slo_shapes import LENGTH, OUTAGE, SHAPES, STOPPED
from tests.support.traffic import DAY, HOUR, SCRAPE, Truth

DELAY = 10.0
"""Seconds by which the rules look behind the present."""
# One process makes the world, and the others do not wait for it.
pytestmark = pytest.mark.xdist_group("slo")
NAMES = [shape.name for shape in SHAPES]
UNSEEN = {"gap": (OUTAGE[0] + SCRAPE, OUTAGE[1] + SCRAPE)}
"""A gap that is too long to be bridged: what happened in it belongs to no budget, neither errors nor requests."""
EXACT = ["steady", "replica", "original", "trough", "midday", "zero", "bridge", "first", "perfect", "slow"]
"""Shapes in which no process, target or evaluation is lost, so that every single event is counted."""
WINDOWS = ["5m", "30m", "1h", "6h", "3d"]


def truth_within(shape: str, truth: Truth, begin: float, end: float, start: float) -> tuple[int, int]:
    events, errors = truth.within(begin, end)
    if shape in UNSEEN:
        lost = truth.within(max(begin, start + UNSEEN[shape][0]), min(end, start + UNSEEN[shape][1]))
        events, errors = events - lost[0], errors - lost[1]
    return events, errors


def measure(made: World) -> dict[str, Any]:
    """All that the tests ask, so that Prometheus need not go on."""
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
    return {"derived": made.derived(name), "expected": expected}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> Any:
    tools = Tools(require_tool("promtool"), require_tool("prometheus"))
    with world(tmp_path_factory.mktemp("slo"), tools, SHAPES, LENGTH, {"restart": STOPPED}) as made:
        return measure(made)


def ratio(counts: list[int]) -> float | None:
    events, errors = counts
    return errors / events if events else None


@pytest.mark.parametrize("name", sorted({*NAMES} - {"restart"}))
def test_the_period_is_within_half_a_percent_of_the_truth(measured: Any, name: str) -> None:
    """Less than one thousandth of the events are lost, but where processes restart hourly or pods come and go."""
    found, (events, errors) = measured[name]["derived"], measured[name]["expected"]["30d"]
    assert found["slo:mlmon_events:increase30d"] == pytest.approx(events, rel=0.003 if name == "resets" else 0.002)
    assert found["slo:mlmon_error_ratio:increase30d"] == pytest.approx(errors / events, rel=0.005)
    assert found["slo:mlmon_error_budget_remaining:ratio30d"] == pytest.approx(
        1 - found["slo:mlmon_error_ratio:increase30d"] / 0.001
    )


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("window", WINDOWS)
def test_every_window_counts_every_event(measured: Any, name: str, window: str) -> None:
    found, (events, errors) = measured[name]["derived"], measured[name]["expected"][window]
    assert found[f"slo:mlmon_events:increase{window}"] == events
    assert found[f"slo:mlmon_errors:increase{window}"] == errors
    assert found[f"slo:mlmon_error_ratio:increase{window}"] == pytest.approx(errors / events)


def test_nothing_is_ever_nan(measured: Any) -> None:
    values = [value for shape in measured.values() for value in shape["derived"].values() if value is not None]
    assert len(values) > 15 * len(NAMES)
    assert not any(math.isnan(value) for value in values)


def test_a_perfect_service_has_its_whole_budget(measured: Any) -> None:
    found = measured["perfect"]["derived"]
    assert found["slo:mlmon_error_ratio:increase5m"] == 0
    assert found["slo:mlmon_error_budget_remaining:ratio30d"] == 1


def test_an_idle_service_keeps_its_budget_and_has_no_ratio(measured: Any) -> None:
    found = measured["idle"]["derived"]
    assert found["slo:mlmon_events:increase6h"] == 0
    assert found["slo:mlmon_error_ratio:increase6h"] is None
    assert found["slo:mlmon_error_budget_remaining:ratio30d"] == pytest.approx(-1, abs=0.1)


def test_replicas_of_prometheus_agree(measured: Any) -> None:
    """The same requests, scraped at other moments and judged at others: only the ends of the data differ."""
    one, other = measured["replica"]["derived"], measured["original"]["derived"]
    for record in ("slo:mlmon_events:increase30d", "slo:mlmon_error_ratio:increase30d"):
        assert one[record] == pytest.approx(other[record], rel=0.002)


def test_a_restart_of_prometheus_loses_less_than_a_minute(measured: Any) -> None:
    """Rules and scrapes stood still for four minutes of an incident; what came in between was counted afterwards."""
    found, (events, errors) = measured["restart"]["derived"], measured["restart"]["expected"]["30d"]
    assert 0 <= events - found["slo:mlmon_events:increase30d"] < 60 * 20
    assert 0 <= errors - found["slo:mlmon_errors:increase30d"] < 60 * 20 * 0.3 * 1.2
