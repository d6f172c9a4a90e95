"""`for` and `keep_firing_for`, moment by moment."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mlmon.replay.states import Span, firing

GRID = [float(moment) for moment in range(0, 600, 30)]


def test_fires_after_it_has_held_without_a_break() -> None:
    assert firing([60, 90, 120, 150], GRID, 60) == [Span(120, 180)]


def test_break_begins_anew() -> None:
    assert firing([60, 90, 150, 180, 210], GRID, 60) == [Span(210, 240)]


def test_without_for_it_fires_at_once() -> None:
    assert firing([60], GRID, 0) == [Span(60, 90)]


def test_still_firing_has_no_end() -> None:
    assert firing(GRID[-3:], GRID, 30) == [Span(540, None)]


def test_keeps_firing_from_the_first_moment_without_a_result() -> None:
    assert firing([60, 90], GRID, 0, 120) == [Span(60, 240)]


def test_result_in_time_keeps_one_alert_going() -> None:
    assert firing([60, 180], GRID, 0, 120) == [Span(60, 330)]


def test_pending_alert_is_not_kept() -> None:
    assert firing([60, 120], GRID, 60, 300) == []


@given(st.sets(st.sampled_from(GRID)), st.sampled_from([0, 30, 60, 300]), st.sampled_from([0, 30, 90]))
def test_spans_are_apart_and_in_order(held: set[float], hold: float, keep: float) -> None:
    spans = firing(sorted(held), GRID, hold, keep)
    for span in spans:
        assert span.start in held
        assert span.end is None or span.end > span.start
    for left, right in pairwise(spans):
        assert left.end is not None
        assert left.end <= right.start - hold
