"""Who would have been told, and when: the generated routes, inhibition and hours, followed through time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mlmon.replay.model import Joined, Message
from mlmon.replay.trouble import ReplayError
from mlmon.routing.config import read
from mlmon.routing.hours import is_sent, next_sent
from mlmon.routing.inhibition import silenced_by
from mlmon.routing.tree import group, paths
from mlmon.targets.alertmanager import CONFIG, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from mlmon.plan.model import Plan
    from mlmon.plan.routing import BusinessHours
    from mlmon.replay.model import Fired
    from mlmon.routing.config import Config, Route


def zone(hours: BusinessHours) -> tzinfo:
    """Return the time zone of the business hours. Raises ReplayError where this machine does not know it."""
    try:
        return ZoneInfo(hours.timezone)
    except (KeyError, ValueError, OSError):
        message = f"this machine does not know the time zone {hours.timezone}"
        raise ReplayError(message, "install the time zone data (tzdata), as a system or as a Python package") from None


def configuration(plan: Plan) -> Config:
    """Return the Alertmanager configuration that is generated from a plan."""
    return read(render(plan)[CONFIG])


def messages(plan: Plan, fired: Sequence[Fired], end: float) -> tuple[list[Message], list[Fired]]:
    """Return what is sent to whom until `end`, in the order of time, and the alerts of which nobody is told."""
    config = configuration(plan)
    labels = [dict(item.labels) for item in fired]
    silencers = silenced_by(config.inhibit_rules, labels)
    members: dict[tuple[object, ...], list[int]] = defaultdict(list)
    routes: dict[tuple[object, ...], Route] = {}
    for number, item in enumerate(labels):
        for path in paths(config.route, item):
            key = (path, group(path[-1], item))
            routes[key] = path[-1]
            members[key].append(number)
    groups = [_Group(plan, config, routes[key], fired, found, silencers, end) for key, found in members.items()]
    sent = [message for item in groups for message in item.sent()]
    told = {number for item in groups for number in item.told}
    silent = [item for number, item in enumerate(fired) if number not in told]
    return sorted(sent, key=lambda message: (message.since, message.severity, message.alert)), silent


@dataclass
class _Group:
    """The alerts of one notification: it waits for what else begins, and then looks at them once in an interval."""

    plan: Plan
    config: Config
    route: Route
    fired: Sequence[Fired]
    members: list[int]
    silencers: list[list[int]]
    end: float

    def __post_init__(self) -> None:
        self.told: set[int] = set()
        self.place = zone(self.plan.routing.business_hours)

    def sent(self) -> Iterator[Message]:
        begun = self._next(-inf)
        while begun is not None:
            message, over = self._life(begun)
            if message:
                yield message
            begun = self._next(over)

    def _life(self, begun: float) -> tuple[Message | None, float]:
        """From a group's first alert until a look finds none left; what goes on or comes back meanwhile is no news."""
        look, wanted = begun + float(self.route.group_wait.seconds), False
        message: Message | None = None
        while look <= self.end:
            firing = [number for number in self.members if self._fires(number, look)]
            heard = [
                number for number in firing if not any(self._fires(other, look) for other in self.silencers[number])
            ]
            self.told |= set(heard)
            if message:
                message = self._joined(message, heard, look)
            wanted = wanted or bool(heard)
            if heard and message is None and is_sent(self.route, self.config.intervals, self._local(look)):
                message = self._joined(self._message(heard[0], begun, look), heard, look)
            if not firing:
                break
            look += float(self.route.group_interval.seconds)
        if wanted and message is None:
            message = self._message(self.members[0], begun, self._later(look))
        return message, look

    def _message(self, number: int, since: float, at: float | None) -> Message:
        item = self.fired[number]
        alert, severity = item.alert, self.plan.routing.severity(item.alert.severity)
        return Message(
            self.route.receiver, severity.name, alert.name, alert.service, since, at, severity.paging, item.rule
        )

    def _joined(self, message: Message, heard: list[int], look: float) -> Message:
        known = {message.rule, *(item.rule for item in message.joined)}
        rules = {self.fired[number].rule: self.fired[number].alert.name for number in heard}
        new = (Joined(alert, rule, look) for rule, alert in rules.items() if rule not in known)
        return replace(message, joined=(*message.joined, *new))

    def _next(self, after: float) -> float | None:
        spans = (span for number in self.members for span in self.fired[number].spans if span.until(inf) > after)
        return min((begun for span in spans if (begun := max(span.start, after)) < self.end), default=None)

    def _later(self, look: float) -> float | None:
        """What still fires at the end is told when its hours begin; what is over by then, nobody hears of."""
        lasting = any(span.end is None for number in self.members for span in self.fired[number].spans)
        due = next_sent(self.route, self.config.intervals, self._local(look)) if lasting else None
        return due.timestamp() if due else None

    def _fires(self, number: int, moment: float) -> bool:
        return any(span.holds(moment) for span in self.fired[number].spans)

    def _local(self, moment: float) -> datetime:
        return datetime.fromtimestamp(moment, self.place)
