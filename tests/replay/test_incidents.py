"""Each incident over the example fleet, in a real Prometheus: what pages, what waits until morning, what is silent."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mlmon.replay import render_json
from mlmon.replay.executable import checked
from mlmon.replay.incident import Expected, chosen, incidents
from mlmon.replay.judge import verdict
from mlmon.replay.model import Result
from mlmon.replay.people import zone
from mlmon.replay.report import Report
from mlmon.replay.server import prometheus
from mlmon.replay.simulate import replay
from mlmon.units import Duration
from tests.support.fleet import fleet

PAGES = {
    ("bad-rollout", "doc-ranker"): "HighErrorRatio",
    ("bad-rollout", "embedding-api"): "HighErrorRatio",
    ("bad-rollout", "image-tagger"): "HighErrorRatio",
    ("bad-rollout", "recommender"): "HighErrorRatio",
    ("error-burst", "doc-ranker"): "HighErrorRatio",
    ("error-burst", "embedding-api"): "HighErrorRatio",
    ("error-burst", "fraud-detector"): "ErrorBudgetBurn",
    ("error-burst", "image-tagger"): "HighErrorRatio",
    ("error-burst", "support-chat"): "HighErrorRatio",
    ("gpu-memory-growth", "image-tagger"): "GPUMemoryNearlyFull",
    ("gpu-memory-growth", "recommender"): "GPUMemoryNearlyFull",
    ("gpu-xid", "image-tagger"): "GPUXidError",
    ("gpu-xid", "recommender"): "GPUXidError",
    ("service-down", "doc-ranker"): "ServiceDown",
    ("service-down", "embedding-api"): "ServiceDown",
    ("service-down", "fraud-detector"): "ServiceDown",
    ("service-down", "image-tagger"): "ServiceDown",
    ("slow-p99", "doc-ranker"): "HighLatencyP99",
    ("slow-p99", "embedding-api"): "HighLatencyP99",
    ("slow-p99", "fraud-detector"): "HighLatencyP99",
    ("slow-p99", "image-tagger"): "HighLatencyMean",
    ("slow-p99", "recommender"): "HighLatencyP99",
    ("slow-p99", "support-chat"): "HighTimeToFirstToken",
    ("targets-gone", "doc-ranker"): "ServiceAbsent",
    ("targets-gone", "embedding-api"): "ServiceAbsent",
    ("targets-gone", "image-tagger"): "ServiceAbsent",
    ("targets-gone", "recommender"): "ServiceAbsent",
}
"""The one page of an incident that wakes anybody, by the alert that comes first."""

MINUTE = Duration.of("1m")

PAIRS = [
    (name, service.name)
    for name, incident in incidents().items()
    for service in fleet().services
    if incident.expected(service)
]
"""Every incident with each service of the fleet that it happens to."""

Run = Callable[[str, str], Result]


@pytest.fixture(scope="module")
def run(require_tool: Callable[[str], str]) -> Run:
    executable = checked(Path(require_tool("prometheus")))

    @cache
    def one(incident: str, service: str) -> Result:
        plan = fleet()
        with prometheus(executable, 120) as server:
            of = next(item for item in plan.services if item.name == service)
            return replay(server, plan, of, chosen(incident), drawn=incident == "gpu-xid")

    return one


@pytest.mark.parametrize(("incident", "service"), PAIRS)
def test_incident_leads_to_what_its_file_says(require_tool: Callable[[str], str], incident: str, service: str) -> None:
    """Every pair, looked at once a minute, which costs a third of the time and wakes nobody else."""
    plan = replace(fleet(), outputs=replace(fleet().outputs, scrape_interval=MINUTE, evaluation_interval=MINUTE))
    of = next(item for item in plan.services if item.name == service)
    with prometheus(checked(Path(require_tool("prometheus"))), 120) as server:
        result = replay(server, plan, of, chosen(incident), drawn=False)
    assert result.verdict is not None
    assert result.verdict.wrong == ()
    expected = chosen(incident).expected(of)
    assert expected is not None
    assert len(result.pages) == bool(expected.pages)
    if (incident, service) in PAGES:
        assert [message.alert for message in result.pages] == [PAGES[incident, service]]


def test_every_incident_is_run() -> None:
    assert {incident for incident, _ in PAIRS} == set(incidents())
    assert set(PAGES) <= set(PAIRS)


def test_what_comes_later_joins_the_page(run: Run) -> None:
    (page,) = run("error-burst", "support-chat").pages
    assert [item.alert for item in page.joined] == ["HighGenerationErrorRatio"]
    (page,) = run("slow-p99", "recommender").pages
    assert "HighLatencyMean" in [item.alert for item in page.joined]


def test_loss_of_traffic_is_noticed_within_the_hour(run: Run) -> None:
    result = run("traffic-loss", "recommender")
    (ticket,) = result.messages
    assert ticket.at is not None
    assert 50 * 60 < ticket.at - (result.begin + 3600) < 60 * 60


@pytest.mark.parametrize("service", ["churn-batch", "fraud-detector", "recommender", "support-chat"])
def test_nothing_at_all_fires_in_a_quiet_night(run: Run, service: str) -> None:
    assert run("quiet-night", service).fired == ()


def test_page_comes_within_minutes_of_an_error_burst(run: Run) -> None:
    result = run("error-burst", "fraud-detector")
    (page,) = result.pages
    assert page.receiver == "pagerduty-ml"
    assert page.at is not None
    assert 20 * 60 < page.at - result.begin < 26 * 60


def test_ticket_beside_a_page_is_held_back(run: Run) -> None:
    result = run("error-burst", "recommender")
    assert [(item.alert.name, item.alert.severity) for item in result.held_back] == [("HighErrorRatio", "ticket")]


def test_ticket_of_the_night_waits_for_business_hours(run: Run) -> None:
    result = run("failed-job", "churn-batch")
    failed = next(message for message in result.messages if message.alert == "PipelineFailed")
    assert failed.since - result.begin == 65 * 60  # 03:05
    assert failed.at is not None
    assert 0 <= failed.at - (result.begin + 7 * 3600) <= 300  # the first look at the group from 09:00 on


def test_only_the_drifted_feature_is_named(run: Run) -> None:
    result = run("feature-drift", "churn-batch")
    assert {item.about for item in result.fired} == {"feature_name=amount"}


def test_replay_is_the_same_each_time(run: Run, require_tool: Callable[[str], str]) -> None:
    plan = fleet()
    service = next(item for item in plan.services if item.name == "recommender")
    with prometheus(checked(Path(require_tool("prometheus"))), 120) as server:
        again = replay(server, plan, service, chosen("gpu-xid"))
    assert as_json(again) == as_json(run("gpu-xid", "recommender"))
    assert again.curves == run("gpu-xid", "recommender").curves


def test_unexpected_outcomes_are_told(run: Run) -> None:
    result = run("error-burst", "fraud-detector")
    entry = Expected(presets=["prometheus-client"], tickets=["TrafficLow"], silent=["HighErrorRatio"], why="x")
    other = chosen("error-burst").model_copy(update={"expect": [entry]})
    found = verdict(other, result.service, result.fired, result.messages, result.begin)
    assert found is not None
    assert found.wrong == (
        "ErrorBudgetBurn pages, which it should not",
        "TrafficLow is not told to anybody",
        "HighErrorRatio fires, which it should not",
    )


def as_json(result: Result) -> object:
    place = zone(fleet().routing.business_hours)
    return json.loads(render_json.render(Report("", "", (result,), (), chosen("gpu-xid"), place, frozenset())))
