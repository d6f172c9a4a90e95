"""Business hours as a time interval, and how a route is bound to them.

A route is limited with `active_time_intervals`. Outside of them Alertmanager keeps the group and only skips sending;
because a skipped notification is not logged as sent, the first flush inside the interval sends it: a ticket of
Saturday 03:00 that still fires is delivered on Monday morning, and one that has resolved by then bothers nobody.
`mute_time_intervals` do the same with the complement, which would have to be spelled out day by day and kept in step.
Not sent either is the resolved message of an alert that ends outside business hours.
Source: https://prometheus.io/docs/alerting/latest/configuration/#time_interval
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mlmon.plan.routing import Routing, Severity

BUSINESS_HOURS: Final = "business-hours"


def time_intervals(routing: Routing) -> list[dict[str, Any]]:
    """Return the definition of business hours; empty when every severity may notify at any hour."""
    if all(severity.always for severity in routing.severities):
        return []
    hours = routing.business_hours
    times = [{"start_time": hours.start, "end_time": hours.end}]
    interval = {"times": times, "weekdays": list(hours.days), "location": hours.timezone}
    return [{"name": BUSINESS_HOURS, "time_intervals": [interval]}]


def active(severity: Severity) -> dict[str, list[str]]:
    """Return the route settings that hold a severity back outside its hours; none for one that is always sent."""
    return {} if severity.always else {"active_time_intervals": [BUSINESS_HOURS]}
