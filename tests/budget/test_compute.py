"""Budgets, incidents and verdicts, against sums that can be done by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mlmon.budget.compute import NO_EVENTS, NO_RULES, entry, verdict
from mlmon.budget.history import span
from mlmon.budget.model import CHUNK_SECONDS, Budget, Unmeasured
from mlmon.budget.moments import read_moment
from mlmon.plan.slo import CalendarPeriod, Slo
from mlmon.units import Duration, UnitError
from tests.budget.stories import DAY, HOUR, NOW, Counts, Outage, chunks, month, slos

TEN = Decimal("0.1")


@pytest.fixture(scope="module")
def slo(tmp_path_factory: pytest.TempPathFactory) -> Slo:
    return slos(tmp_path_factory.mktemp("slos"), "{name: availability, objective: 99.9%}")[0]


def budget(slo: Slo, story: Counts) -> Budget:
    over = span(slo.period, NOW)
    made = entry(slo, (), over, chunks(story, over))
    assert isinstance(made, Budget)
    return made


def test_a_budget_is_counted_in_events(slo: Slo) -> None:
    # 8640 chunks of 3000; the outage lasts 9 of them, 600 bad each instead of 1.
    made = budget(slo, month(Outage(NOW - 18 * DAY, NOW - 18 * DAY + 45 * 60, 20)))
    assert made.events == 8640 * 3000
    assert made.errors == 8631 + 9 * 600
    assert made.allowed == 25_920
    assert made.left_events == 25_920 - 14_031
    assert made.left == 1 - Decimal(14_031) / 25_920
    assert made.coverage == 1


def test_an_incident_has_its_price_and_its_limits(slo: Slo) -> None:
    start = NOW - 18 * DAY
    made = budget(slo, month(Outage(start, start + 45 * 60, 20)))
    (found,) = made.incidents
    assert (found.start, found.end, found.errors, found.events) == (start, start + 2700, 5400, 27_000)
    assert found.share == Decimal(5400) / 25_920
    assert not found.ongoing
    assert made.scattered == Decimal(8631) / 25_920


@pytest.mark.parametrize(("pause", "count"), [(30 * 60, 1), (35 * 60, 2)])
def test_a_short_pause_does_not_end_an_incident(slo: Slo, pause: int, count: int) -> None:
    start = NOW - 5 * DAY
    again = start + HOUR + pause
    made = budget(slo, month(Outage(start, start + HOUR, 20), Outage(again, again + HOUR, 20)))
    assert len(made.incidents) == count
    assert sum(item.errors for item in made.incidents) == 24 * 600 + (pause // CHUNK_SECONDS) * (count == 1)


def test_an_incident_that_goes_on_says_so(slo: Slo) -> None:
    (found,) = budget(slo, month(Outage(NOW - 2 * HOUR, NOW, 20))).incidents
    assert found.ongoing


def test_a_handful_of_errors_at_night_is_no_incident(slo: Slo) -> None:
    # The slowest tier wants 10 bad events; these are 9 among 9 in one chunk, far above the budget's rate.
    lonely = NOW - 3 * DAY
    made = budget(slo, lambda end: (9, 9) if end == lonely else (0, 3000))
    assert made.incidents == ()
    assert made.scattered == Decimal(9) / made.allowed


def test_days_are_those_of_utc_and_add_up(slo: Slo) -> None:
    made = budget(slo, month(steady=2))
    assert [str(made.days[0].day), str(made.days[-1].day)] == ["2026-02-28", "2026-03-30"]
    assert [made.days[0].errors, made.days[1].errors, made.days[-1].errors] == [2 * 144, 2 * 288, 2 * 144]
    assert sum(day.errors for day in made.days) == made.errors


def test_what_was_not_recorded_is_neither_good_nor_bad(slo: Slo) -> None:
    known = budget(slo, month(steady=2, gaps=((NOW - 12 * DAY, NOW - 9 * DAY),)))
    assert known.left == budget(slo, month(steady=2)).left
    assert known.coverage == Decimal("0.9")
    assert [day.events for day in known.days][19:21] == [None, None]


def test_without_data_there_is_no_budget_not_a_full_one(slo: Slo) -> None:
    over = span(slo.period, NOW)
    nothing, idle = entry(slo, (), over, ()), entry(slo, (), over, chunks(lambda end: (0, 0), over))
    assert isinstance(nothing, Unmeasured)
    assert isinstance(idle, Unmeasured)
    assert (nothing.reason, idle.reason) == (NO_RULES, NO_EVENTS)
    assert not verdict(nothing, None).freeze
    judged = verdict(nothing, TEN)
    assert (judged.freeze, judged.reason) == (True, "not measured, so nobody can say that 10% of the budget is left")


def test_the_policy_freezes_when_nothing_or_too_little_is_left(slo: Slo) -> None:
    spent, low, fine = (budget(slo, month(steady=steady, events=1000)) for steady in (1, 1, 0))
    assert spent.left == 0
    assert verdict(spent, None).reason == "the budget is spent"
    low = budget(slo, month(steady=19, events=20_000))
    assert low.left == Decimal("0.05")
    assert (verdict(low, None).freeze, verdict(low, TEN).freeze) == (False, True)
    assert verdict(low, TEN).reason == "less than 10% of the budget is left"
    assert not verdict(fine, TEN).freeze


def test_data_that_ended_yesterday_say_nothing_about_today(slo: Slo) -> None:
    old = budget(slo, month(gaps=((NOW - DAY, NOW),)))
    assert (verdict(old, None).freeze, verdict(old, TEN).freeze) == (False, True)
    assert verdict(old, TEN).reason == "no longer measured since 2026-03-29 12:00 UTC"


def test_a_calendar_month_begins_at_its_first_day(slo: Slo) -> None:
    over = span(CalendarPeriod.named("month"), NOW)
    assert (over.start, over.end) == (read_moment("2026-03-01"), read_moment("2026-04-01"))
    over = span(CalendarPeriod.named("quarter"), read_moment("2026-12-31T23:59"))
    assert (over.start, over.end) == (read_moment("2026-10-01"), read_moment("2027-01-01"))
    made = budget(replace(slo, period=CalendarPeriod.named("month")), month(steady=2))
    assert made.events == 3000 * 288 * Decimal("29.5")


def test_a_rolling_period_ends_now_in_whole_chunks() -> None:
    over = span(Duration.of("7d"), NOW + 299)
    assert (over.start, over.now, over.end) == (NOW - 7 * DAY, NOW, NOW)


@pytest.mark.parametrize("text", ["2026-03-30T12:00Z", "2026-03-30T14:00+02:00", "2026-03-30 12:00", str(NOW)])
def test_a_moment_is_read_in_any_usual_form(text: str) -> None:
    assert read_moment(text) == NOW


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "9" * 30])
def test_another_moment_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="is not a moment"):
        read_moment(text)
