"""Compares what the routing has to do (tests/alertmanager/routes.yaml) with what the configuration does.

Routes, hours and inhibition are judged by the imitation; amtool judges the routes once more, in mlmon/tools.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import yaml

from mlmon.diagnostics import Finding, Place
from mlmon.routing.config import read
from mlmon.routing.hours import is_sent
from mlmon.routing.inhibition import silenced_by
from mlmon.routing.interval import DAYS
from mlmon.routing.matchers import ConfigError
from mlmon.routing.tree import paths
from mlmon.yamlread import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.routing.config import Config

RULE: Final = "routing-proof"
CONFIG: Final = "alertmanager/alertmanager.yaml"
PROOFS: Final = "tests/alertmanager/routes.yaml"
"""Where both are below the output folder."""
_MONDAY: Final = datetime(2024, 1, 1)
"""Any Monday of a week without a change of clocks, so that a run gives the same verdict every day."""


def verify(config: str, proofs: str, place: Place) -> list[Finding]:
    """Return a finding for each expectation that the configuration does not meet; both are texts of files."""
    try:
        does = read(config)
        expected = read_yaml(proofs)
        problems = [*_routes(does, expected), *_inhibition(does, expected)]
    except ConfigError as error:
        return [Finding(rule=RULE, message=str(error), place=place, advice="the routing was not proven")]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
        advice = f"run `mlmon generate`; {PROOFS} or the configuration was changed by hand"
        return [
            Finding(rule=RULE, message="the routing cannot be compared with its proofs", place=place, advice=advice)
        ]
    advice = "run `mlmon generate`, or correct the configuration if it was written by hand"
    return [Finding(rule=RULE, message=message, place=place, advice=advice) for message in problems]


def _routes(config: Config, expected: dict[str, Any]) -> Iterator[str]:
    zone = ZoneInfo(expected["timezone"])
    hours = {
        severity: [(text, _moment(text, zone), kind == "sent") for kind, texts in moments.items() for text in texts]
        for severity, moments in expected["hours"].items()
    }
    judged: set[tuple[object, str]] = set()
    for service, alerts in expected["services"].items():
        for alert in alerts:
            name, labels = f"{service}/{alert['alert']}", alert["labels"]
            leaves = [path[-1] for path in paths(config.route, labels)]
            told = [leaf.receiver for leaf in leaves]
            if told != [alert["receiver"]]:
                yield f"{name} goes to {', '.join(told) or 'nobody'}, not to {alert['receiver']}"
            for leaf in leaves:
                key = (leaf.active, leaf.muted), labels["severity"]
                if key in judged:
                    continue
                judged.add(key)
                for text, moment, sent in hours[labels["severity"]]:
                    if is_sent(leaf, config.intervals, moment) != sent:
                        yield f"{name} is {'held' if sent else 'sent'} on {text}, not {'sent' if sent else 'held'}"


def _inhibition(config: Config, expected: dict[str, Any]) -> Iterator[str]:
    for service, alerts in expected["services"].items():
        names = [alert["alert"] for alert in alerts]
        does = silenced_by(config.inhibit_rules, [alert["labels"] for alert in alerts])
        for alert, sources in zip(alerts, does, strict=True):
            wanted = {name for some in alert.get("silenced_by", {}).values() for name in some}
            found = {names[source] for source in sources}
            for source in sorted(wanted - found):
                yield f"{service}/{alert['alert']} is not silenced by {source}"
            for source in sorted(found - wanted):
                yield f"{service}/{alert['alert']} is silenced by {source}, which should not silence it"


def _moment(text: str, zone: ZoneInfo) -> datetime:
    day, _, clock = text.partition(" ")
    hour, _, minute = clock.partition(":")
    date = _MONDAY + timedelta(days=DAYS.index(day))
    return date.replace(hour=int(hour), minute=int(minute), tzinfo=zone)
