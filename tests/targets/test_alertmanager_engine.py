"""A real Alertmanager with the configuration of the fleet: one incident is one page, and tickets wait for Monday."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mlmon.targets import alertmanager
from tests.support.alertmanager import Running, running
from tests.support.fleet import Sent, fleet, sent

SETTLED = 2
"""Seconds in which two more flushes happen."""
PAGER = "pagerduty-ml"
ENDED = timedelta(seconds=-1)
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@pytest.fixture
def server(require_tool: Callable[[str], str], tmp_path: Path) -> Iterator[Running]:
    with running(require_tool("alertmanager"), alertmanager.render(fleet()), tmp_path) as started:
        yield started


def alerts(*names: str) -> list[Sent]:
    return [alert for alert in sent(fleet()) if alert["service"] == "fraud-detector" and alert["alertname"] in names]


def test_one_incident_is_one_page_and_what_it_silenced_is_sent_when_it_ends(server: Running) -> None:
    symptoms = alerts("HighErrorRatio", "HighLatencyP99", "TrafficLow", "ErrorBudgetBurn")
    outage = alerts("ServiceDown")
    assert {alert["severity"] for alert in symptoms} == {"page", "ticket"}
    assert {"page-fast", "page-slow", ""} <= {alert["burn_tier"] for alert in symptoms}
    server.fire(*symptoms, *outage)
    server.wait_for(lambda: bool(server.posted))
    time.sleep(SETTLED)
    assert server.to(PAGER) == ["ServiceDown"]
    server.fire(*outage, ends=ENDED)
    server.wait_for(lambda: len(server.to(PAGER)) > 1)
    time.sleep(SETTLED)
    # The budget's page says what the thresholds on the same signals would.
    assert server.to(PAGER)[1:] == ["ErrorBudgetBurn"]


def test_a_threshold_pages_when_no_budget_burns_any_more(server: Running) -> None:
    burning = [alert for alert in alerts("ErrorBudgetBurn") if alert["slo"] == "availability"]
    failing = alerts("HighErrorRatio")
    server.fire(*burning, *failing)
    server.wait_for(lambda: server.to(PAGER) == ["ErrorBudgetBurn"])
    time.sleep(SETTLED)
    assert server.to(PAGER) == ["ErrorBudgetBurn"]
    server.fire(*burning, ends=ENDED)
    server.wait_for(lambda: server.to(PAGER) == ["ErrorBudgetBurn", "HighErrorRatio"])
    assert len(server.incidents(PAGER)) == 1


@pytest.mark.parametrize("later", ["ErrorBudgetBurn", "HighLatencyP99", "ContainerRestarting"])
def test_what_comes_later_joins_the_incident_that_is_open(server: Running, later: str) -> None:
    first, second = alerts("HighErrorRatio"), alerts(later)
    server.fire(*first)
    server.wait_for(lambda: server.to(PAGER) == ["HighErrorRatio"])
    server.fire(*second)
    server.wait_for(lambda: later in server.to(PAGER)[-1])
    (incident,) = server.incidents(PAGER)
    # An alert that ends while another holds it back sends no word of that, so that a group of its own stayed open.
    server.fire(*first, ends=ENDED)
    time.sleep(SETTLED)
    server.fire(*second, ends=ENDED)
    server.wait_for(lambda: server.incidents(PAGER, "resolved") == {incident})
    assert server.incidents(PAGER) == {incident}


def test_a_service_that_is_gone_pages_although_an_incident_is_open(server: Running) -> None:
    server.fire(*alerts("ReplicasUnavailable"))
    server.wait_for(lambda: server.to(PAGER) == ["ReplicasUnavailable"])
    server.fire(*alerts("NoReplicaAvailable"))
    server.wait_for(lambda: "NoReplicaAvailable" in server.to(PAGER))
    assert len(server.incidents(PAGER)) == 2


def test_what_follows_when_no_replica_is_left_is_the_same_incident(server: Running) -> None:
    server.fire(*alerts("NoReplicaAvailable"))
    server.wait_for(lambda: server.to(PAGER) == ["NoReplicaAvailable"])
    server.fire(*alerts("ReplicasUnavailable", "ContainerRestarting", "ContainerOOMLoop", "ServiceDown"))
    time.sleep(SETTLED)
    assert len(server.incidents(PAGER)) == 1


def test_a_burning_budget_is_one_page_with_its_fastest_tier(server: Running) -> None:
    burning = [alert for alert in alerts("ErrorBudgetBurn") if alert["slo"] == "availability"]
    assert len(burning) > 1
    server.business_hours(*WEEK)
    server.fire(*burning)
    server.wait_for(lambda: bool(server.posted))
    time.sleep(SETTLED)
    told = [alert["labels"]["burn_tier"] for _, body in server.posted for alert in body["alerts"]]
    assert told == ["page-fast"]


def test_a_ticket_waits_for_business_hours_and_a_page_does_not(server: Running) -> None:
    zone = ZoneInfo(fleet().routing.business_hours.timezone)
    server.business_hours(WEEK[(datetime.now(zone).weekday() + 3) % 7])
    ticket = alerts("TrafficLow")
    gone = alerts("HighFallbackRatio")
    server.fire(*ticket, *gone, *alerts("ServiceAbsent"))
    server.wait_for(lambda: server.to(PAGER) == ["ServiceAbsent"])
    server.fire(*alerts("ServiceAbsent"), *gone, ends=ENDED)
    server.wait_for(lambda: bool(server.to(PAGER, "resolved")))
    time.sleep(SETTLED)
    assert server.to("slack-ml-risk") == []
    server.business_hours(*WEEK)
    server.wait_for(lambda: server.to("slack-ml-risk") == ["TrafficLow"])
