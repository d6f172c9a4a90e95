"""Hours in a time zone, across changes of the clock, and the moments that a question can name."""

from datetime import UTC, datetime
from typing import Any

import pytest
from routing_cases import BERLIN, SATURDAY_NIGHT, config

from mlmon.routing.config import Route, read
from mlmon.routing.hours import is_sent, next_sent
from mlmon.routing.interval import Interval
from mlmon.routing.matchers import ConfigError
from mlmon.routing.moments import read_moment
from mlmon.units import UnitError


def hours(
    start: str = "09:00", end: str = "18:00", days: tuple[str, ...] = (), zone: str = "Europe/Berlin"
) -> Interval:
    data: dict[str, Any] = {"times": [{"start_time": start, "end_time": end}], "location": zone}
    return Interval.of(data | ({"weekdays": list(days)} if days else {}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("interval", "moment", "inside"),
    [
        (hours(), "2026-11-24T08:59:59", False),
        (hours(), "2026-11-24T09:00", True),
        (hours(), "2026-11-24T17:59:59", True),
        (hours(), "2026-11-24T18:00", False),
        (hours(end="24:00"), "2026-11-24T23:59:59", True),
        (hours(start="00:00", end="24:00", days=("saturday",)), "2026-11-22T00:00", False),
        (hours(days=("saturday",)), "2026-11-21T09:00", True),
        (hours(days=("monday", "sunday")), "2026-11-21T09:00", False),
        # 09:00 in Tokyo is 01:00 in Berlin in winter, and 02:00 in summer.
        (hours(zone="Asia/Tokyo"), "2026-11-24T01:00", True),
        (hours(zone="Asia/Tokyo"), "2026-07-14T01:00", False),
        (hours(zone="Asia/Tokyo"), "2026-07-14T02:00", True),
    ],
)
def test_a_moment_lies_in_an_interval_by_the_clock_of_its_zone(interval: Interval, moment: str, inside: bool) -> None:
    assert interval.contains(at(moment)) is inside
    assert interval.contains(at(moment).astimezone(UTC)) is inside


def opening(interval: Interval, moment: str, *, muted: bool = False) -> str | None:
    route = Route(muted=("h",)) if muted else Route(active=("h",))
    found = next_sent(route, {"h": (interval,)}, at(moment))
    return found.isoformat(timespec="minutes") if found else None


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def test_a_held_notification_is_due_when_its_hours_begin() -> None:
    usual = hours(days=WEEKDAYS)
    assert opening(usual, "2026-11-21T03:00") == "2026-11-23T09:00+01:00"
    assert opening(usual, "2026-11-24T12:34") == "2026-11-24T12:34+01:00"
    assert opening(usual, "2026-11-24T18:00") == "2026-11-25T09:00+01:00"
    assert opening(usual, "2026-11-24T12:34", muted=True) == "2026-11-24T18:00+01:00"


def test_the_clock_changes_on_a_weekend_in_between() -> None:
    # Friday 20:00 to Monday 09:00 is 60 hours in spring, 62 in autumn.
    assert opening(hours(days=WEEKDAYS), "2026-03-27T20:00") == "2026-03-30T09:00+02:00"
    assert opening(hours(days=WEEKDAYS), "2026-10-23T20:00") == "2026-10-26T09:00+01:00"


def test_hours_that_the_clock_leaves_out_begin_when_it_goes_on() -> None:
    # On 29 March 2026 the clock goes from 02:00 to 03:00.
    assert opening(hours("02:30", "05:00", ("sunday",)), "2026-03-28T12:00") == "2026-03-29T03:00+02:00"
    assert opening(hours("02:15", "02:45", ("sunday",)), "2026-03-28T12:00") == "2026-04-05T02:15+02:00"


def test_hours_that_never_come() -> None:
    always = hours("00:00", "24:00")
    assert opening(always, "2026-11-24T12:00", muted=True) is None


def test_the_fleet_holds_tickets_and_never_pages() -> None:
    (team, *_) = config().route.routes
    page, ticket, _ = team.routes
    assert is_sent(page, config().intervals, SATURDAY_NIGHT)
    assert not is_sent(ticket, config().intervals, SATURDAY_NIGHT)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat 03:00", "2026-11-28T03:00+01:00"),
        ("saturday 9:30", "2026-11-21T09:30+01:00"),
        ("MON 00:00", "2026-11-23T00:00+01:00"),
        ("2026-11-21T03:00", "2026-11-21T03:00+01:00"),
        ("2026-11-21 03:00", "2026-11-21T03:00+01:00"),
        ("2026-07-01T03:00Z", "2026-07-01T05:00+02:00"),
        ("2026-03-29T02:30", "2026-03-29T03:30+02:00"),
        ("2026-10-25T02:30", "2026-10-25T02:30+02:00"),
    ],
)
def test_moments_as_people_write_them(text: str, moment: str) -> None:
    now = datetime(2026, 11, 21, 8, 20, tzinfo=UTC)
    assert read_moment(text, BERLIN, now).isoformat(timespec="minutes") == moment


@pytest.mark.parametrize(
    "text", ["", "Sat", "S 03:00", "Sat 25:00", "Sat 03:60", "tomorrow", "2026-13-01T00:00", "Foo 03:00"]
)
def test_anything_else_is_no_moment(text: str) -> None:
    with pytest.raises(UnitError, match="is not a moment"):
        read_moment(text, BERLIN, SATURDAY_NIGHT)


ROUTE = "route: {receiver: r}\nreceivers: [{name: r}]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROUTE.replace("r}", "r, match: {a: b}}", 1), "the setting `match` of a route is not imitated"),
        (ROUTE.replace("r}", "r, matchers: [a=b]}", 1), "the matcher `a=b` is not written as mlmon writes it"),
        (
            ROUTE + "inhibit_rules: [{source_match: {a: b}}]",
            "the setting `source_match` of an inhibition rule is not imitated",
        ),
        (
            ROUTE + "time_intervals: [{name: a, time_intervals: [{years: ['2026']}]}]",
            "the setting `years` of a time interval is not imitated",
        ),
        (
            ROUTE + "time_intervals: [{name: a, time_intervals: [{weekdays: ['monday:friday']}]}]",
            "`monday:friday` is not written as a single day of the week",
        ),
    ],
)
def test_what_is_not_imitated_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(text)
    assert str(refused.value) == message
