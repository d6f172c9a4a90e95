"""Who is told: severities, business hours, receivers, and the route of every team and service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlmon.diagnostics import Place
from mlmon.units import Duration


@dataclass(frozen=True)
class Severity:
    """How urgent an alert is; `paging` wakes a person, `always` says whether it notifies outside business hours."""

    name: str
    level: str
    description: str
    always: bool
    paging: bool
    repeat_interval: Duration


@dataclass(frozen=True)
class BusinessHours:
    """When severities that are not `always` notify; times are HH:MM in `timezone`, days are English names."""

    timezone: str
    days: tuple[str, ...]
    start: str
    end: str


@dataclass(frozen=True)
class Receiver:
    """Where notifications go; `settings` are the receiver's own, with secrets only as paths of files."""

    name: str
    type: str
    settings: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Route:
    """Alerts of one team (or of one service of it) with one severity go to one receiver."""

    team: str
    service: str | None
    severity: str
    receiver: str
    origin: Place


@dataclass(frozen=True)
class Team:
    """An owner, as runbooks introduce it."""

    name: str
    description: str
    contact: str


@dataclass(frozen=True)
class Routing:
    """The one routing tree of the organisation. `severities` are ordered from most to least urgent."""

    severities: tuple[Severity, ...]
    business_hours: BusinessHours
    receivers: tuple[Receiver, ...]
    default_receiver: str
    teams: tuple[Team, ...]
    routes: tuple[Route, ...]

    def severity(self, name: str) -> Severity:
        """Return a severity by name. Raises StopIteration for a name the plan does not have."""
        return next(severity for severity in self.severities if severity.name == name)

    def receiver_of(self, team: str, service: str | None, severity: str) -> str:
        """Return the receiver's name: the service's own choice, else its team's, else the default.

        Without a service: where the team's alerts go as a rule.
        """
        for owner in dict.fromkeys((service, None)):
            for route in self.routes:
                if (route.team, route.service, route.severity) == (team, owner, severity):
                    return route.receiver
        return self.default_receiver

    def receiver(self, name: str) -> Receiver:
        """Return a receiver by name. Raises StopIteration for a name the plan does not have."""
        return next(receiver for receiver in self.receivers if receiver.name == name)
