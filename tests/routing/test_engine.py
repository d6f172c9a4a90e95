"""The imitation and a real Alertmanager agree on who silences whom, and on the hours at which a ticket is sent."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener
from zoneinfo import ZoneInfo

import yaml
from routing_cases import config

from mlmon.routing.inhibition import silenced_by
from mlmon.targets import alertmanager, routing_proofs
from mlmon.targets.alertmanager import CONFIG
from tests.support.alertmanager import running
from tests.support.fleet import Sent, fleet, sent

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = 7 * 24 * 60
KEEPS_TIME = 50
"""Seconds of a minute: later than that, the next minute would begin while Alertmanager is at work."""


def pairs() -> dict[tuple[object, ...], tuple[Sent, Sent]]:
    """One pair of alerts of a service for everything that a rule could tell apart about two alerts."""

    def shape(alert: Sent) -> tuple[object, ...]:
        own = tuple(alert[name] for name in ("severity", "layer", "kind", "outage", "burn_tier"))
        return (*own, bool(alert["signal"]), bool(alert["slo"]))

    found: dict[tuple[object, ...], tuple[Sent, Sent]] = {}
    for source, target in permutations(sent(fleet()), 2):
        if source["service"] == target["service"]:
            same = (source[name] == target[name] for name in ("alertname", "component", "slo", "signal"))
            found.setdefault((*shape(source), *shape(target), *same), (source, target))
    return found


def test_inhibition_of_every_kind_of_pair(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    cases = list(pairs().values())
    assert len(cases) > 500
    # Every rule compares `service`, so that pairs with a service of their own do not touch each other.
    firing = [
        Sent(tuple(sorted({**dict(alert.labels), "service": f"pair-{number}", "side": side}.items())))
        for number, pair in enumerate(cases)
        for side, alert in zip(("source", "target"), pair, strict=True)
    ]
    expected = silenced_by(config().inhibit_rules, [dict(alert.labels) for alert in firing])
    by_us = {(alert["service"], alert["side"]) for alert, by in zip(firing, expected, strict=True) if by}
    assert len(by_us) > 50
    with running(require_tool("alertmanager"), alertmanager.render(fleet()), tmp_path) as server:
        server.fire(*firing)
        # The inhibitor hears of the alerts after the API has taken them.
        deadline = time.monotonic() + 20
        while _silenced(server.port) != by_us and time.monotonic() < deadline:
            time.sleep(0.3)
        assert _silenced(server.port) == by_us


def _silenced(port: int) -> set[tuple[str, str]]:
    return {
        (alert["labels"]["service"], alert["labels"]["side"])
        for alert in _alerts(port)
        if alert["status"]["inhibitedBy"]
    }


def _alerts(port: int) -> list[dict[str, Any]]:
    opener = build_opener(ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/api/v2/alerts", timeout=30) as answer:
        return list(json.load(answer))


def test_hours_of_a_ticket_at_every_minute_that_matters(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    """Each minute of the proofs gets a route whose hours are shifted so that this minute is now."""
    proofs = yaml.safe_load(routing_proofs.render(fleet())[routing_proofs.ROUTES])
    moments = {text: kind == "sent" for kind, texts in proofs["hours"]["ticket"].items() for text in texts}
    assert moments["saturday 03:00"] is False
    assert moments["monday 09:00"] is True
    now = datetime.now(ZoneInfo(proofs["timezone"]))
    if now.second >= KEEPS_TIME:
        time.sleep(61 - now.second)
        now += timedelta(minutes=1)
    files = alertmanager.render(fleet())
    files[CONFIG] = yaml.safe_dump(_shifted(yaml.safe_load(files[CONFIG]), list(moments), now))
    with running(require_tool("alertmanager"), files, tmp_path) as server:
        # The one that may be sent at any hour comes with the second flush at the latest.
        server.fire(
            *(Sent((("alertname", text), ("probe", text), ("service", "any"))) for text in [*moments, "always"])
        )
        server.wait_for(lambda: "always" in server.to("slack-ml-risk"))
        time.sleep(1.5)
        told = set(server.to("slack-ml-risk"))
    assert told == {text for text, is_sent in moments.items() if is_sent} | {"always"}


def _shifted(config: dict[str, Any], moments: list[str], now: datetime) -> dict[str, Any]:
    (hours,) = config["time_intervals"]
    here = now.weekday() * 1440 + now.hour * 60 + now.minute
    config["time_intervals"] = [
        {"name": text, "time_intervals": list(_moved(hours["time_intervals"][0], here - _of_week(text)))}
        for text in moments
    ]
    routes = [{"matchers": [f'probe="{text}"'], "active_time_intervals": [text]} for text in moments]
    config["route"] |= {"receiver": "slack-ml-risk", "routes": routes}
    return config


def _of_week(text: str) -> int:
    day, clock = text.split()
    return DAYS.index(day) * 1440 + int(clock[:2]) * 60 + int(clock[3:])


def _moved(interval: dict[str, Any], by: int) -> Iterator[dict[str, Any]]:
    (times,) = interval["times"]
    for day in interval["weekdays"]:
        start, end = ((_of_week(f"{day} {times[key]}") + by) % WEEK for key in ("start_time", "end_time"))
        parts = [(start, end)] if start < end and start // 1440 == end // 1440 else [(start, None), (0, end)]
        for number, (first, last) in enumerate(parts):
            weekday = DAYS[(start if number == 0 else end) // 1440]
            clock = {"start_time": _clock(first % 1440), "end_time": "24:00" if last is None else _clock(last % 1440)}
            if clock["start_time"] != clock["end_time"]:
                yield {"weekdays": [weekday], "times": [clock], "location": interval["location"]}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
