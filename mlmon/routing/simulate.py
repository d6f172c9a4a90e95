"""What Alertmanager does with alerts that fire together at one moment: who is told, what waits, what is silenced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.routing.hours import next_sent
from mlmon.routing.inhibition import silenced_by
from mlmon.routing.tree import group, paths

if TYPE_CHECKING:
    from datetime import datetime

    from mlmon.routing.config import Config, Route
    from mlmon.routing.matchers import Labels


@dataclass(frozen=True)
class Notification:
    """One message to one receiver about one group."""

    path: tuple[Route, ...]
    group: tuple[tuple[str, str], ...]
    alerts: tuple[int, ...]
    """Positions of the alerts that it tells about, in the order in which they were given."""
    due: datetime | None
    """When it may be sent: the moment asked about, a later one when its hours begin, or None for never in a week."""

    @property
    def route(self) -> Route:
        """The route that takes the alerts."""
        return self.path[-1]

    @property
    def receiver(self) -> str:
        """Who is told."""
        return self.route.receiver


@dataclass(frozen=True)
class Outcome:
    """What becomes of the alerts: the notifications, and by position which of the others silence each alert."""

    at: datetime
    notifications: tuple[Notification, ...]
    silenced_by: tuple[tuple[int, ...], ...]

    @property
    def sent(self) -> tuple[Notification, ...]:
        """The notifications that do not wait for their hours."""
        return tuple(item for item in self.notifications if item.due == self.at)


def simulate(config: Config, firing: Sequence[Labels], at: datetime) -> Outcome:
    """Say what happens while the alerts fire together, once `group_wait` has passed. `at` has to be aware."""
    silenced = silenced_by(config.inhibit_rules, firing)
    groups: dict[tuple[tuple[Route, ...], tuple[tuple[str, str], ...]], list[int]] = defaultdict(list)
    for number, labels in enumerate(firing):
        for path in () if silenced[number] else paths(config.route, labels):
            groups[path, group(path[-1], labels)].append(number)
    due: dict[tuple[tuple[str, ...], ...], datetime | None] = {}
    for (*_, route), _ in groups:
        if (route.active, route.muted) not in due:
            due[route.active, route.muted] = next_sent(route, config.intervals, at)
    notifications = tuple(
        Notification(path, key, tuple(alerts), due[path[-1].active, path[-1].muted])
        for (path, key), alerts in groups.items()
    )
    return Outcome(at, notifications, tuple(map(tuple, silenced)))
