"""Budgets by group, of time slices and of a calendar month, against what really happened, in a real Prometheus."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
import yaml

from mlmon.plan.slo import Slo
from mlmon.promql import slo as expr
from mlmon.targets.prometheus import render
from tests.support.slo_history import Tools, World, world
from tests.support.traffic import HOUR, Shape, Truth, incident, steady

FIRST_OF_OCTOBER = 1_759_276_800.0
LENGTH, INTO_MONTH = 20 * HOUR, 8 * HOUR
END = FIRST_OF_OCTOBER + INTO_MONTH
DELAY, EVALUATION, CHUNK = 10.0, 30.0, 300.0
UPGRADE = 9 * HOUR
"""Before the end of September, so that every budget sees both versions or, of the month, one."""
SLOS = """\
  - {name: by-version, indicator: availability, objective: 99%, window: 7d, group_by: [version]}
  - {name: in-slices, indicator: availability, objective: 99%, window: 7d, slice: {length: 5m, objective: 95%}}
  - {name: of-month, indicator: availability, objective: 99%, calendar: month}
"""
SHAPE = Shape(name="kinds", rate=steady(10), failing=incident(0.001, 0.3, LENGTH - 6 * HOUR, HOUR), upgraded=UPGRADE)


class Found(NamedTuple):
    events: float
    errors: float


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> Iterator[World]:
    tools = Tools(require_tool("promtool"), require_tool("prometheus"))
    with world(tmp_path_factory.mktemp("kinds"), tools, [SHAPE], LENGTH, slos=SLOS, until=END) as found:
        yield found


def slo(made: World, name: str) -> Slo:
    return next(item for item in made.plan.services[0].slos if item.name == name)


def recorded(made: World, name: str, label: str = "slo") -> dict[str, Found]:
    """What a running Prometheus has at the end of the data, by a label of the budget."""
    item = slo(made, name)
    values = []
    for record in (expr.EVENTS, expr.ERRORS):
        rows = made.server.series(rule_of(made, expr.series(record, item, item.period)), made.end)
        values.append({row["metric"].get(label, ""): float(row["value"][1]) for row in rows})
    return {key: Found(values[0][key], values[1].get(key, 0)) for key in values[0]}


def rule_of(made: World, series: str) -> str:
    """The expression of the rule that records a series of the period, which nothing has recorded yet."""
    record, _, labels = series.partition("{")
    rules = yaml.safe_load(render(made.plan)["prometheus/kinds.rules.yaml"])["groups"]
    name = labels.partition('slo="')[2].partition('"')[0]
    return next(
        str(rule["expr"])
        for group in rules
        for rule in group["rules"]
        if rule.get("record") == record and rule["labels"]["slo"] == name
    )


def held(made: World, name: str) -> float:
    """The newest evaluation that a chunk holds is one evaluation older than the chunk."""
    item = slo(made, name)
    rows = made.server.series(f"timestamp({expr.series(expr.EVENTS_CHUNK, item, expr.CHUNK)})", made.end)
    return max(float(row["value"][1]) for row in rows) - EVALUATION - DELAY


def truth(made: World) -> Truth:
    return made.truths[SHAPE.name]


def test_every_group_has_the_events_of_its_own(made: World) -> None:
    found, end = recorded(made, "by-version", "model_version"), held(made, "by-version")
    before = truth(made).within(made.start + 60, made.start + UPGRADE)
    after = truth(made).within(made.start + UPGRADE, end)
    assert sorted(found) == ["v1", "v2"]
    assert found["v1"] == (pytest.approx(before[0], rel=0.003), pytest.approx(before[1], rel=0.005, abs=2))
    assert found["v2"] == (pytest.approx(after[0], rel=0.003), pytest.approx(after[1], rel=0.005))


def bad_seconds(made: World, end: float) -> float:
    """Evaluations at which more than 5 % of the last five minutes' events had failed, times their distance."""
    count, moment = 0, made.start + 600
    while moment <= end:
        events, errors = truth(made).within(moment - 300, moment)
        count += events > 0 and errors / events > 0.05
        moment += EVALUATION
    return count * EVALUATION


def test_slices_are_bad_while_too_many_of_their_events_are(made: World) -> None:
    (found,) = recorded(made, "in-slices").values()
    end = held(made, "in-slices")
    assert found.events == pytest.approx(end - made.start, rel=0.01)
    assert found.errors == pytest.approx(bad_seconds(made, end), abs=2 * EVALUATION)
    assert 3600 < found.errors < 3600 + 300


def test_budget_of_a_month_begins_with_it(made: World) -> None:
    """Chunks are not cut: the first one of a month may hold up to five minutes of the one before."""
    (found,) = recorded(made, "of-month").values()
    events, errors = truth(made).within(FIRST_OF_OCTOBER, held(made, "of-month"))
    every = truth(made).within(made.start, made.end)
    assert found.events == pytest.approx(events, abs=CHUNK * 10)
    assert found.events < 0.5 * every[0]
    assert found.errors == pytest.approx(errors, rel=0.005)
