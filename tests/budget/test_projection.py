"""When a budget will be used up: a range that follows from the data, the same one every time."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from mlmon.budget.model import Chunk, Projection, Span
from mlmon.budget.projection import project
from tests.budget.stories import DAY, HOUR, NOW, Counts, Outage, chunks, month

PERIOD = Span(NOW - 30 * DAY, NOW, NOW)
BUDGET = Decimal("0.001")


def found(story: Counts, over: Span = PERIOD) -> Projection:
    made = project(chunks(story, over), over, BUDGET)
    assert made is not None
    return made


def test_an_even_rate_below_the_budget_lasts() -> None:
    made = found(month(steady=2))
    assert (made.early, made.middle, made.late, made.likelihood) == (None, None, None, 0)


def test_an_even_rate_above_the_budget_has_no_range() -> None:
    # Clean for 27 days, then 9 times the budget for 3: what is left, 3 even days' worth, lasts 8 hours, 3 steps of 3.
    made = found(lambda end: (27, 3000) if end > NOW - 3 * DAY else (0, 3000))
    assert made.early == made.middle == made.late == 9 * HOUR
    assert made.likelihood == 1


def test_an_outage_that_has_just_begun_widens_the_range() -> None:
    calm, burning = found(month(steady=2)), found(month(Outage(NOW - HOUR, NOW, 20), steady=2))
    assert calm.early is None
    assert burning.early is not None
    assert burning.late is None or burning.late > burning.early


def test_days_that_differ_make_a_range() -> None:
    stormy = [Outage(NOW - day * DAY, NOW - day * DAY + HOUR, 10) for day in (6, 13, 24)]
    made = found(month(*stormy))
    assert made.early is not None
    assert made.early > 3 * DAY, "the last 3 days were calm, and go on for 3 days"
    assert 0 < made.likelihood <= 1
    assert made.middle is None or made.middle >= made.early


def test_what_is_old_leaves_a_rolling_period() -> None:
    outage = Outage(NOW - 30 * DAY + HOUR, NOW - 30 * DAY + 5 * HOUR, 14)
    story, calendar = month(outage, steady=0), Span(PERIOD.start, NOW, NOW + 30 * DAY)
    assert found(story).likelihood < found(story, calendar).likelihood


def test_a_calendar_period_is_projected_to_its_end() -> None:
    over = Span(NOW - 20 * DAY, NOW, NOW + 10 * DAY)
    made = found(lambda end: (9, 3000) if end > NOW - 3 * DAY else (2, 3000), over)
    assert made.horizon == 10 * DAY
    assert made.early is not None


def test_two_days_are_too_little_to_project() -> None:
    assert project(chunks(month(gaps=((0, NOW - 2 * DAY),)), PERIOD), PERIOD, BUDGET) is None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 1000)), min_size=40, max_size=240))
def test_it_is_ordered_within_the_horizon_and_repeatable(counts: list[tuple[int, int]]) -> None:
    history = [Chunk(NOW - 3 * HOUR * place, Decimal(min(pair)), Decimal(pair[1])) for place, pair in enumerate(counts)]
    history.reverse()
    made = project(history, PERIOD, Decimal("0.05"))
    assert made == project(history, PERIOD, Decimal("0.05"))
    if made is not None:
        ends = [made.horizon + 1 if at is None else at for at in (made.early, made.middle, made.late)]
        assert ends == sorted(ends)
        assert all(at is None or 0 < at <= made.horizon for at in (made.early, made.middle, made.late))
