"""The answer for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlmon.routing.words import channel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.routing.answer import Answer, Together
    from mlmon.routing.catalogue import Known
    from mlmon.routing.render_text import Scene
    from mlmon.routing.simulate import Notification


def render(scene: Scene, found: Sequence[Answer], joint: Together | None) -> str:
    """Return one JSON object; moments are ISO 8601 with their offset, durations as Prometheus writes them."""
    data: dict[str, Any] = {
        "at": scene.at.isoformat(),
        "alerts": [
            {
                "labels": answer.alert.label,
                "notifications": [_notification(scene, item) for item in answer.notifications],
                "silenced_by": _labels(answer.silenced_by),
                "silences": _labels(answer.silences),
            }
            for answer in found
        ],
    }
    if joint:
        told = {number: item for item in joint.outcome.notifications for number in item.alerts}
        data["together"] = [
            {
                "labels": alert.label,
                "notification": _notification(scene, told[number]) if number in told else None,
                "silenced_by": _labels([joint.alerts[source] for source in joint.outcome.silenced_by[number]]),
            }
            for number, alert in enumerate(joint.alerts)
        ]
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _notification(scene: Scene, item: Notification) -> dict[str, Any]:
    route = item.route
    return {
        "receiver": route.receiver,
        "channel": channel(scene.config.receivers[route.receiver]),
        "path": [[str(matcher) for matcher in step.matchers] for step in item.path],
        "now": item.due == scene.at,
        "due": item.due.isoformat() if item.due else None,
        "group": dict(item.group),
        "group_wait": str(route.group_wait),
        "group_interval": str(route.group_interval),
        "repeat_interval": str(route.repeat_interval),
    }


def _labels(alerts: Sequence[Known]) -> list[dict[str, str]]:
    return [alert.label for alert in alerts]
