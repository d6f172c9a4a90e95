"""What the tests of the routing share: the fleet's configuration, its alerts, and moments in its zone."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from mlmon.routing.catalogue import Known, alerts
from mlmon.routing.config import Config, read
from mlmon.targets import alertmanager, prometheus
from tests.support.fleet import fleet

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY_NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=BERLIN)
TUESDAY_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=BERLIN)


@cache
def config_text() -> str:
    """The fleet's Alertmanager configuration."""
    return alertmanager.render(fleet())[alertmanager.CONFIG]


@cache
def config() -> Config:
    """The same, read."""
    return read(config_text())


@cache
def known() -> tuple[Known, ...]:
    """Every alert of the fleet."""
    severities = [severity.name for severity in fleet().routing.severities]
    return tuple(alerts(prometheus.render(fleet()).values(), severities))


def named(service: str, *names: str) -> list[Known]:
    """The alerts of a service by `Name`, or by `Name/label=value/…`; each name must exist."""
    found = []
    for text in names:
        name, *conditions = text.split("/")
        wanted = dict(condition.split("=") for condition in conditions) | {"alertname": name, "service": service}
        some = [alert for alert in known() if wanted.items() <= alert.label.items()]
        assert some, text
        found += some
    return found
