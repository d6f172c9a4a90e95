"""The grid: whatever the drawings, every line is 24 wide, nothing overlaps, and ids count from 1."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmon.targets.grafana.drawing import Drawing, Query, Section
from mlmon.targets.grafana.layout import COLUMNS, Box, PlacedRow, evenly, in_lines, place


def drawing(kind: str = "timeseries") -> Drawing:
    return Drawing(kind=kind, title="t", description="d", unit="s", targets=(Query("up"),), minimum=Decimal(0))  # type: ignore[arg-type]


KINDS = st.sampled_from(["timeseries", "stat", "heatmap", "state-timeline", "table"])
LINES = st.lists(KINDS, min_size=1, max_size=11).flatmap(
    lambda kinds: st.integers(1, 6).map(lambda most: in_lines([drawing(kind) for kind in kinds], most))
)
SECTIONS = st.lists(
    st.builds(Section, st.sampled_from(["", "Row"]), LINES, collapsed=st.booleans()).filter(
        lambda section: bool(section.title) or not section.collapsed
    ),
    max_size=5,
)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.w and other.x < one.x + one.w and one.y < other.y + other.h and other.y < one.y + one.h
    )


def open_boxes(rows: Sequence[PlacedRow]) -> list[Box]:
    headings = [row.box for row in rows if row.section.title]
    return headings + [panel.box for row in rows if not row.section.collapsed for panel in row.panels]


@given(SECTIONS)
def test_nothing_overlaps(sections: list[Section]) -> None:
    rows = place(sections)
    assert not [pair for pair in combinations(open_boxes(rows), 2) if overlap(*pair)]
    for row in rows:
        inside = [panel.box for panel in row.panels]
        assert not [pair for pair in combinations(inside, 2) if overlap(*pair)]


@given(SECTIONS)
def test_ids_count_from_one(sections: list[Section]) -> None:
    rows = place(sections)
    ids = [ident for row in rows for ident in (row.id, *(panel.id for panel in row.panels)) if ident]
    assert ids == list(range(1, len(ids) + 1))


@given(SECTIONS)
def test_boxes_stay_on_the_grid(sections: list[Section]) -> None:
    for row in place(sections):
        for panel in row.panels:
            assert 0 <= panel.box.x < panel.box.x + panel.box.w <= COLUMNS
            assert panel.box.y >= 0
            assert panel.box.h >= 4


@given(st.lists(st.integers(), min_size=1, max_size=40), st.integers(2, 6))
def test_lines_hold_everything_once_and_are_full(items: list[int], most: int) -> None:
    lines = in_lines(items, most)
    assert [item for line in lines for item, _ in line] == items
    assert {sum(width for _, width in line) for line in lines} == {COLUMNS}
    assert all(len(line) > 1 for line in lines) or len(lines) == 1 or most == 2


def test_the_rest_of_24_goes_to_the_first() -> None:
    assert [width for _, width in evenly("abcde")] == [5, 5, 5, 5, 4]


def test_a_line_that_is_not_full_is_refused() -> None:
    with pytest.raises(ValueError, match="line 0 of 'Row' is not 24 columns wide"):
        place([Section("Row", (((drawing(), 12),),))])


def test_a_closed_row_takes_one_line() -> None:
    closed = Section("Closed", in_lines([drawing(), drawing()]), collapsed=True)
    rows = place([closed, Section("Open", in_lines([drawing()]))])
    assert (rows[0].box.y, rows[1].box.y) == (0, 1)
    assert {panel.box.y for panel in rows[0].panels} == {1}
