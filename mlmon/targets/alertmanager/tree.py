"""The routing tree: a team's alerts by severity, a service's own routes before them, everything else at the root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mlmon.targets.alertmanager.hours import active
from mlmon.targets.alertmanager.matchers import equal
from mlmon.units import Duration

if TYPE_CHECKING:
    from mlmon.plan.routing import Routing, Severity

GROUP_BY: Final = ("alertname", "severity", "service")
"""One notification for one kind of trouble of one service, however many GPUs, pods or SLOs show it."""

PAGE_BY: Final = ("outage", "service", "severity")
"""One page for one service in trouble, and one more once it is gone altogether.

Which alert of an incident is the first is not known beforehand, and inhibition has a fixed direction. What joins a
group later changes the incident that is open in PagerDuty or Opsgenie, whose key is the group's (docs/routing.md).
"""

GROUP_WAIT: Final = Duration.of("30s")
"""Long enough for the alerts of one incident to meet, so that inhibition works before the first message.

These three are the defaults at https://prometheus.io/docs/alerting/latest/configuration/#route.
"""
GROUP_INTERVAL: Final = Duration.of("5m")
REPEAT_INTERVAL: Final = Duration.of("4h")


@dataclass(frozen=True)
class _Leaf:
    """Where alerts of one severity end."""

    receiver: str
    severity: Severity

    def changes(self, receiver: str) -> dict[str, Any]:
        """The settings in which it differs from the root, whose receiver is given."""
        own: dict[str, Any] = {} if self.receiver == receiver else {"receiver": self.receiver}
        if self.severity.paging:
            own["group_by"] = list(PAGE_BY)
        if self.severity.repeat_interval != REPEAT_INTERVAL:
            own["repeat_interval"] = str(self.severity.repeat_interval)
        return own | active(self.severity)


def tree(routing: Routing) -> dict[str, Any]:
    """Return the root route. Alerts without a known team, whoever sends them, go to the default receiver."""
    root = {
        "receiver": routing.default_receiver,
        "group_by": list(GROUP_BY),
        "group_wait": str(GROUP_WAIT),
        "group_interval": str(GROUP_INTERVAL),
        "repeat_interval": str(REPEAT_INTERVAL),
    }
    teams = [route for team in _owners(routing) if (route := _team(team, routing))]
    return root | ({"routes": teams} if teams else {})


def _owners(routing: Routing) -> list[str]:
    return list(dict.fromkeys([*(team.name for team in routing.teams), *(route.team for route in routing.routes)]))


def _team(team: str, routing: Routing) -> dict[str, Any] | None:
    usual = _leaves(team, None, routing)
    services = sorted({route.service for route in routing.routes if route.team == team and route.service})
    children = [
        {"matchers": [equal("service", service), equal("severity", name)], **leaf.changes(routing.default_receiver)}
        for service in services
        for name, leaf in _leaves(team, service, routing).items()
        if leaf != usual[name]
    ]
    children += [
        {"matchers": [equal("severity", name)], **changes}
        for name, leaf in usual.items()
        if (changes := leaf.changes(routing.default_receiver))
    ]
    return {"matchers": [equal("team", team)], "routes": children} if children else None


def _leaves(team: str, service: str | None, routing: Routing) -> dict[str, _Leaf]:
    return {
        severity.name: _Leaf(routing.receiver_of(team, service, severity.name), severity)
        for severity in routing.severities
    }
