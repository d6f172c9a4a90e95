"""Who would have been told: receivers, inhibition, grouping and business hours, from the plan's own routing."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from math import inf
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from mlmon.replay.model import Message
from mlmon.targets.alertmanager.inhibition import inhibit_rules
from mlmon.targets.alertmanager.tree import GROUP_BY, GROUP_INTERVAL, GROUP_WAIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlmon.plan.model import Plan
    from mlmon.plan.routing import BusinessHours
    from mlmon.replay.model import Fired

_MATCHER: Final = re.compile(r'(\w+)(=~|!=|=)"((?:[^"\\]|\\.)*)"')
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK: Final = 8


def zone(hours: BusinessHours) -> tuple[tzinfo, bool]:
    """Return the time zone of the business hours, and whether this machine knows it; else UTC."""
    try:
        return ZoneInfo(hours.timezone), True
    except (KeyError, ValueError, OSError):
        return UTC, False


def messages(plan: Plan, fired: Sequence[Fired], end: float) -> tuple[list[Message], list[Fired]]:
    """Return what is sent to whom until `end`, in the order of time, and the alerts of which nobody is told."""
    silencers = _silencers(plan, fired)
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, item in enumerate(fired):
        labels = dict(item.labels)
        groups[tuple(labels.get(name, "") for name in GROUP_BY)].append(number)
    told: set[int] = set()
    found: list[Message] = []
    for members in groups.values():
        group = _Group(plan, fired, members, silencers, end)
        found += group.sent()
        told |= group.told
    silent = [item for number, item in enumerate(fired) if number not in told]
    return sorted(found, key=lambda message: (message.since, message.severity, message.alert)), silent


class _Group:
    """The alerts of one notification: it waits for what else begins, and then looks at them once in an interval."""

    def __init__(
        self, plan: Plan, fired: Sequence[Fired], members: list[int], silencers: list[list[int]], end: float
    ) -> None:
        self.plan, self.fired, self.members, self.silencers, self.end = plan, fired, members, silencers, end
        self.told: set[int] = set()
        self.alert = fired[members[0]].alert
        self.severity = plan.routing.severity(self.alert.severity)
        team = next(item.team for item in plan.services if item.name == self.alert.service)
        self.receiver = plan.routing.receiver_of(team, self.alert.service, self.alert.severity)

    def sent(self) -> Iterator[Message]:
        moment = self._next(-inf)
        while moment is not None:
            yield from self._life(moment)
            moment = self._next(self.over)

    def _life(self, begun: float) -> Iterator[Message]:
        """From a group's first alert until a look finds none left; what goes on or comes back meanwhile is no news."""
        look, sent, wanted = begun + float(GROUP_WAIT.seconds), False, False
        while look <= self.end:
            firing = [number for number in self.members if _fires(self.fired[number], look)]
            heard = [number for number in firing if not any(_fires(self.fired[n], look) for n in self.silencers[number])]
            self.told |= set(heard)
            if heard and not sent and self._open(look):
                sent = True
                yield self._message(begun, look)
            wanted = wanted or bool(heard)
            if not firing:
                break
            look += float(GROUP_INTERVAL.seconds)
        self.over = look
        if wanted and not sent:
            yield self._message(begun, self._later(look))

    def _message(self, since: float, at: float | None) -> Message:
        alert, severity = self.alert, self.severity
        return Message(self.receiver, alert.severity, alert.name, alert.service, since, at, severity.paging)

    def _next(self, after: float) -> float | None:
        spans = (span for number in self.members for span in self.fired[number].spans)
        return min((max(span.start, after) for span in spans if span.until(inf) > after and span.start < self.end), default=None)

    def _open(self, moment: float) -> bool:
        return self.severity.always or _opening(self.plan.routing.business_hours, moment) == moment

    def _later(self, look: float) -> float | None:
        """What still fires at the end is told when business hours begin; what is over by then, nobody hears of."""
        lasting = any(span.end is None for number in self.members for span in self.fired[number].spans)
        return _opening(self.plan.routing.business_hours, look) if lasting else None


def _fires(item: Fired, moment: float) -> bool:
    return any(span.holds(moment) for span in item.spans)


def _opening(hours: BusinessHours, moment: float) -> float | None:
    """Return the first moment from this one on that lies within business hours."""
    place, _ = zone(hours)
    local = datetime.fromtimestamp(moment, place)
    for days in range(_WEEK):
        day = (local + timedelta(days=days)).date()
        if _DAYS[day.weekday()] in hours.days:
            opens, closes = (_moment(day.isoformat(), text, place) for text in (hours.start, hours.end))
            if max(moment, opens) < closes:
                return max(moment, opens)
    return None


def _moment(day: str, text: str, place: tzinfo) -> float:
    if text == "24:00":
        return _moment(day, "00:00", place) + 86400
    return datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=place).timestamp()


@dataclass(frozen=True)
class _Rule:
    """One rule of Alertmanager's: a firing source silences targets with the same values of `equal`."""

    source: tuple[tuple[str, str, str], ...]
    target: tuple[tuple[str, str, str], ...]
    equal: tuple[str, ...]

    def silences(self, source: dict[str, str], target: dict[str, str]) -> bool:
        if not (_fits(self.source, source) and _fits(self.target, target)):
            return False
        if any(source.get(name, "") != target.get(name, "") for name in self.equal):
            return False
        # Alertmanager: an alert that is both cannot be silenced by another one that is both.
        return not (_fits(self.source, target) and _fits(self.target, source))


def _fits(matchers: Iterable[tuple[str, str, str]], labels: dict[str, str]) -> bool:
    for name, op, value in matchers:
        own = labels.get(name, "")
        match = re.fullmatch(value, own) is not None if op == "=~" else own == value
        if match == (op == "!="):
            return False
    return True


def _silencers(plan: Plan, fired: Sequence[Fired]) -> list[list[int]]:
    """Return for each alert those that silence it while they fire."""
    rules = [
        _Rule(_read(rule["source_matchers"]), _read(rule["target_matchers"]), tuple(rule["equal"]))
        for rule in inhibit_rules(plan)
    ]
    labels = [dict(item.labels) for item in fired]
    return [
        [number for number, source in enumerate(labels) if any(rule.silences(source, target) for rule in rules)]
        for target in labels
    ]


def _read(matchers: list[str]) -> tuple[tuple[str, str, str], ...]:
    found = []
    for text in matchers:
        match = _MATCHER.fullmatch(text)
        if match is None:
            raise ValueError(f"the matcher {text} cannot be read")
        value = re.sub(r"\\(.)", lambda part: "\n" if part[1] == "n" else part[1], match[3])
        found.append((match[1], match[2], value))
    return tuple(found)
