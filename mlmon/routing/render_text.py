"""The answer as a tree for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from mlmon.routing.words import channel, moment, names, path

if TYPE_CHECKING:
    from datetime import datetime

    from mlmon.routing.answer import Answer, Together
    from mlmon.routing.catalogue import Known
    from mlmon.routing.config import Config
    from mlmon.routing.simulate import Notification

_WIDTH: Final = 110


@dataclass
class Node:
    """A line and what hangs below it."""

    text: str
    below: list[Node] = field(default_factory=list)

    def lines(self, first: str = "", rest: str = "") -> Iterator[str]:
        """Yield the lines of the tree; long ones are wrapped."""
        hanging = rest + ("│ " if self.below else "  ")
        yield from textwrap.wrap(
            self.text, _WIDTH, initial_indent=first, subsequent_indent=hanging, break_on_hyphens=False
        )
        for number, node in enumerate(self.below):
            last = number + 1 == len(self.below)
            yield from node.lines(rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))


@dataclass(frozen=True)
class Scene:
    """What all parts of the answer share: the configuration, all alerts that there are, the moment, and severities."""

    config: Config
    known: Sequence[Known]
    at: datetime
    severities: Sequence[str]


def render(scene: Scene, found: Sequence[Answer], joint: Together | None, paint: Callable[[str, str], str]) -> str:
    """Return the answers by alert and severity, and what happens when several fire together."""
    nodes = [_alert(scene, list(some), paint) for _, some in groupby(found, key=lambda answer: answer.alert.name)]
    nodes += [_together(scene, joint, paint)] if joint else []
    return "".join(f"{line}\n" for node in nodes for line in node.lines())


def _alert(scene: Scene, some: list[Answer], paint: Callable[[str, str], str]) -> Node:
    """Alerts of one name and severity take one route; what silences them may differ."""
    head = Node(f"{some[0].alert.name} at {moment(scene.at)}")
    for notification in some[0].notifications:
        head.below += _delivery(scene, notification, paint)
    by_inhibition = {id(answer): (answer.silenced_by, answer.silences) for answer in some}
    if len(set(by_inhibition.values())) == 1:
        head.below += _inhibition(scene, some[0])
    else:
        head.below += [Node(answer.alert.told_apart(scene.known), list(_inhibition(scene, answer))) for answer in some]
    return head


def _delivery(scene: Scene, notification: Notification, paint: Callable[[str, str], str]) -> Iterator[Node]:
    route = notification.route
    receiver = channel(scene.config.receivers[route.receiver])
    yield Node(f"receiver: {paint(route.receiver, 'green')} ({receiver})")
    yield Node(f"route: {path(notification.path)}")
    yield Node(_when(scene, notification, paint))
    group = ", ".join(value for _, value in notification.group)
    yield Node(f"grouped by {', '.join(route.group_by) or 'nothing'}: {group}")
    yield Node(f"repeated every {route.repeat_interval} while it fires")


def _when(scene: Scene, notification: Notification, paint: Callable[[str, str], str]) -> str:
    route = notification.route
    hours = ", ".join(route.active or route.muted)
    if notification.due is None:
        return f"notified: {paint('never', 'red')}, {hours} has no hour in the week that follows"
    if notification.due == scene.at:
        return f"notified: {paint('now', 'green')}, {route.group_wait} after it fires" + (
            f" ({hours})" if hours else ""
        )
    due = paint(moment(notification.due), "yellow")
    return f"notified: {due}, when {hours} begin, within {route.group_interval}, if it still fires"


def _inhibition(scene: Scene, answer: Answer) -> Iterator[Node]:
    for text, alerts in (("silenced while one of these fires", answer.silenced_by), ("silences", answer.silences)):
        parts = []
        for severity in scene.severities:
            some = [alert for alert in alerts if alert.label.get("severity") == severity]
            parts += [Node(f"{severity}: {', '.join(names(some, scene.known))}")] if some else []
        yield Node(text if parts else f"{text}: none", parts)


def _together(scene: Scene, joint: Together, paint: Callable[[str, str], str]) -> Node:
    outcome = joint.outcome
    alerts, sent = len(joint.alerts), len(outcome.sent)
    head = Node(
        f"together at {moment(scene.at)}: {alerts} alert{'s' * (alerts != 1)}, {sent} notification{'s' * (sent != 1)}"
    )
    for item in outcome.notifications:
        told = ", ".join(_full(scene, joint.alerts[number]) for number in item.alerts)
        head.below.append(Node(f"{paint(item.receiver, 'green')}: {told}", [Node(_when(scene, item, paint))]))
    for number, sources in enumerate(outcome.silenced_by):
        if sources:
            by = ", ".join(_full(scene, joint.alerts[source]) for source in sources)
            head.below.append(Node(f"silenced: {_full(scene, joint.alerts[number])}", [Node(f"by {by}")]))
    return head


def _full(scene: Scene, alert: Known) -> str:
    apart = alert.told_apart(scene.known)
    return alert.name + (f" ({apart})" if apart else "")
