"""Who gets this alert: the answer for one alert alone, and for several that fire together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.routing.inhibition import silenced_by
from mlmon.routing.simulate import Notification, Outcome, simulate

if TYPE_CHECKING:
    from datetime import datetime

    from mlmon.routing.catalogue import Known
    from mlmon.routing.config import Config


@dataclass(frozen=True)
class Answer:
    """What becomes of one alert that fires alone, and which of the known alerts could change that."""

    alert: Known
    notifications: tuple[Notification, ...]
    silenced_by: tuple[Known, ...]
    silences: tuple[Known, ...]


@dataclass(frozen=True)
class Together:
    """What becomes of alerts that fire at once."""

    alerts: tuple[Known, ...]
    outcome: Outcome


def answers(config: Config, known: Sequence[Known], asked: Sequence[Known], at: datetime) -> list[Answer]:
    """Answer for each of the alerts, which are among the known ones."""
    by = silenced_by(config.inhibit_rules, [alert.label for alert in known])
    sources = {alert: tuple(known[number] for number in by[place]) for place, alert in enumerate(known)}
    return [
        Answer(
            alert,
            simulate(config, [alert.label], at).notifications,
            sources[alert],
            tuple(target for target in known if alert in sources[target]),
        )
        for alert in asked
    ]


def together(config: Config, firing: Sequence[Known], at: datetime) -> Together:
    """Say what becomes of alerts that fire at once; each is taken once."""
    alerts = tuple(dict.fromkeys(firing))
    return Together(alerts, simulate(config, [alert.label for alert in alerts], at))
