"""Traffic against the same hour of other weeks: what promtool says of a night, a festival, a stop, a young service."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packs.firing import Case, run
from tests.support.compiled import HEAD, RUNTIME

RECORDED = 'service:mlmon_requests:rate5m{service="fraud",component="prometheus-client"}'
DAY = [1, 1, 1, 1, 1, 1, 4, 8, 10, 10, 10, 10, 10, 10, 10, 10, 10, 8, 6, 4, 2, 1, 1, 1]
"""Requests per second in each hour of a day."""


def week(factor: float = 1.0) -> list[float]:
    return [rate * factor for _ in range(7) for rate in DAY]


def outcome(rates: list[float], **checks: list[str]) -> Case:
    """The recorded rate, one value for each hour of `rates` and evaluations every half hour."""
    values = " ".join(f"{rate}x1" for rate in rates)
    situation = {"series": {RECORDED: values}, **checks}
    return Case("application", HEAD + RUNTIME, "TrafficLow", "ticket", "30m", {"traffic": situation})


CASES = {
    "a night as quiet as every night": outcome(week() * 3 + DAY, silent=["21d2h", "21d6h", "21d23h"]),
    "a fifth of the usual traffic at noon": outcome(
        week() * 3 + [*DAY[:10], *[2] * 4], silent=["21d9h", "21d10h30m"], firing=["21d12h", "21d13h"]
    ),
    "a third and a bit of the usual traffic": outcome(week() * 3 + [*DAY[:10], *[3.3] * 4], silent=["21d13h"]),
    "last week was an outage": outcome(week() * 2 + week(0.01) + DAY, silent=["21d12h", "21d23h"]),
    "last week was a festival": outcome(week() * 2 + week(5) + DAY, silent=["21d12h", "21d23h"]),
    "all callers are gone": outcome(week() * 3 + [*DAY[:10], *[0] * 4], silent=["21d10h"], firing=["21d12h"]),
    "all callers are gone and so are the series": outcome(
        week() * 3 + DAY[:10], silent=["21d9h"], firing=["21d12h30m", "21d14h"]
    ),
    "five days old": outcome((week() * 2)[: 5 * 24] + [0] * 12, silent=["5d2h", "5d11h"]),
    "hardly any traffic at all": outcome(week(0.005) * 3 + [0] * 12, silent=["21d2h", "21d11h"]),
}


@pytest.mark.parametrize("name", CASES)
def test_traffic_is_compared_with_the_same_hour_of_other_weeks(
    name: str, tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    assert run(require_tool("promtool"), CASES[name], tmp_path) == ""
