"""Colours and titles: a code is green where all is well, a missing number has no colour, and no title is cut off."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmon.targets.grafana.drawing import Drawing, Query
from mlmon.targets.grafana.layout import fitting
from mlmon.targets.grafana.slotable import BUDGET_STEPS
from mlmon.targets.grafana.tables import coloured
from tests.support.boards import graphs, of_fleet, panel


def steps(uid: str, title: str) -> list[tuple[float | None, str]]:
    found = panel(of_fleet()[uid], title)["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return [(step["value"], step["color"]) for step in found]


def test_a_probe_is_green_while_it_succeeds() -> None:
    assert steps("mlmon-fraud-detector", "Probes from outside") == [(None, "red"), (1, "green")]


@pytest.mark.parametrize("uid", ["mlmon-gpu", "mlmon-image-tagger"])
def test_a_gpu_is_green_while_its_driver_reports_nothing(uid: str) -> None:
    assert steps(uid, "Last XID error") == [(None, "green"), (1, "red")]


def test_a_missing_number_is_neither_good_nor_bad() -> None:
    assert coloured(BUDGET_STEPS)["mappings"] == [
        {"type": "special", "options": {"match": "null", "result": {"text": "-", "color": "text", "index": 0}}}
    ]


def test_tables_of_services_are_in_the_order_of_names() -> None:
    tables = [
        item
        for uid in ("mlmon-fleet", "mlmon-model-quality", "mlmon-gpu", "mlmon-cost")
        for item in graphs(of_fleet()[uid])
        if item["title"] in {"Services", "Models now", "GPUs now", "Costs now"}
    ]
    assert len(tables) == 4
    last = [item["transformations"][-1] for item in tables]
    assert last == [{"id": "sortBy", "options": {"sort": [{"field": "Service", "desc": False}]}}] * 4


def numbers(*titles: str) -> list[Drawing]:
    return [
        Drawing(kind="stat", title=title, description="d", unit="s", targets=(Query("up"),), minimum=Decimal(0))
        for title in titles
    ]


def test_numbers_with_long_titles_take_a_second_line() -> None:
    short, long = ["Requests"] * 7, "Instances up (knative-queue-proxy)"
    assert [[width for _, width in line] for line in fitting(numbers(*short, "Age of the model"))] == [[3] * 8]
    assert [[width for _, width in line] for line in fitting(numbers(*short, long))] == [[6] * 4] * 2


@given(st.lists(st.integers(1, 300), max_size=8))
def test_every_number_stands_in_some_line(lengths: list[int]) -> None:
    drawings = numbers(*("x" * length for length in lengths))
    lines = fitting(drawings)
    assert [drawing for line in lines for drawing, _ in line] == drawings
    assert all(sum(width for _, width in line) == 24 for line in lines)
