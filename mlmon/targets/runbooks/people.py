"""Who is told, where and when, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlmon.plan.routing import BusinessHours, Receiver, Routing, Severity

_TYPES: Final = {
    "pagerduty": "PagerDuty",
    "opsgenie": "Opsgenie",
    "slack": "Slack",
    "msteams": "Microsoft Teams",
    "email": "e-mail",
    "webhook": "webhook",
}
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def told(routing: Routing, team: str, service: str, severity: str) -> str:
    """Return the receiver of a severity and what it is, such as `slack-ml-risk (Slack #ml-risk)`."""
    receiver = routing.receiver(routing.receiver_of(team, service, severity))
    return f"{receiver.name} ({_kind(receiver)})"


def _kind(receiver: Receiver) -> str:
    settings = dict(receiver.settings)
    place = settings.get("channel") or ", ".join(settings.get("to", ()))
    return f"{_TYPES[receiver.type]} {place}".strip()


def when(routing: Routing, severity: Severity) -> str:
    """Return at which hours a severity is sent, and how often it is repeated."""
    hours = "at any hour" if severity.always else business_hours(routing.business_hours)
    return f"{hours}; again every {severity.repeat_interval}"


def business_hours(hours: BusinessHours) -> str:
    """Return business hours such as `Monday to Friday, 09:00 to 18:00 (Europe/Berlin)`."""
    places = sorted(_WEEK.index(day) for day in hours.days)
    names = [_WEEK[place].capitalize() for place in places]
    in_a_row = len(places) > 2 and places == list(range(places[0], places[-1] + 1))
    days = f"{names[0]} to {names[-1]}" if in_a_row else ", ".join(names)
    return f"{days}, {hours.start} to {hours.end} ({hours.timezone})"
