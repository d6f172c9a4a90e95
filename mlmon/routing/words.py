"""The answer's parts in words: moments, receivers, routes, and lists of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.routing.interval import DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mlmon.routing.catalogue import Known
    from mlmon.routing.config import Route

_TYPES: Final = {
    "pagerduty_configs": "PagerDuty",
    "opsgenie_configs": "Opsgenie",
    "slack_configs": "Slack",
    "msteamsv2_configs": "Microsoft Teams",
    "email_configs": "e-mail",
    "webhook_configs": "webhook",
}
_ADDRESSES: Final = ("channel", "to", "url")
"""Settings that say where the message arrives, and are no secrets."""


def moment(at: datetime) -> str:
    """Write a moment with its day of the week and time zone: `Sat 2026-11-21 03:00 CET`."""
    return f"{DAYS[at.weekday()][:3].capitalize()} {at:%Y-%m-%d %H:%M} {at.tzname()}"


def channel(receiver: dict[str, Any]) -> str:
    """Say where a receiver's messages arrive: `Slack #ml-risk`."""
    parts = []
    for key, name in _TYPES.items():
        for settings in receiver.get(key, ()):
            address = next((str(settings[field]) for field in _ADDRESSES if field in settings), "")
            parts.append(f"{name} {address}".strip())
    return ", ".join(parts) or "nobody"


def path(routes: Sequence[Route]) -> str:
    """Write the way from the root to a route by its matchers."""
    return " > ".join(" and ".join(map(str, route.matchers)) or "root" for route in routes)


def names(alerts: Iterable[Known], known: Sequence[Known]) -> list[str]:
    """Write alerts by name, with what tells them apart where not all alerts of a name are meant."""
    listed = list(alerts)
    lines = []
    for name in dict.fromkeys(alert.name for alert in listed):
        some = [alert for alert in listed if alert.name == name]
        shown = some[0].label["alertname"]
        if len(some) < sum(alert.name == name for alert in known):
            shown += f" ({', '.join(alert.told_apart(known) for alert in some)})"
        lines.append(shown)
    return lines
