"""What the generated configuration needs of the Alertmanager that loads it.

Read in Alertmanager's CHANGELOG.md and config/notifiers.go, v0.22.0 to v0.34.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.units import Duration

if TYPE_CHECKING:
    from mlmon.plan.model import Plan
    from mlmon.plan.routing import Receiver

_BASE: Final = (0, 25)
"""`routing_key_file`, `auth_password_file` and `location` of a time interval came with 0.25.0."""

_TEAMS: Final = (0, 28)
"""`msteamsv2_configs`; the older `msteams_configs` posts to Office 365 connectors, which Microsoft has retired."""

_URL_FILE: Final = (0, 28)
"""0.26.0 reads `url_file`, but up to 0.27 a refused request makes it crash (prometheus/alertmanager#3800)."""

_RETENTION: Final = Duration.of("120h")
"""Default of `--data.retention`; Alertmanager forgets what it has sent after that time and repeats it."""


def minimum_version(plan: Plan) -> tuple[int, int]:
    """Return the oldest Alertmanager that loads the file and is safe to run with it."""
    return max((_BASE, *(_needs(receiver) for receiver in plan.routing.receivers)))


def retention(plan: Plan) -> Duration | None:
    """Return the `--data.retention` that the reminders need, or None where the default is long enough."""
    longest = max(severity.repeat_interval for severity in plan.routing.severities)
    return longest if longest > _RETENTION else None


def _needs(receiver: Receiver) -> tuple[int, int]:
    if receiver.type == "msteams":
        return _TEAMS
    return _URL_FILE if "url_file" in dict(receiver.settings) else _BASE
