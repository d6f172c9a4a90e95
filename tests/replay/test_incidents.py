"""Each incident over the example fleet, in a real Prometheus: what pages, what waits until morning, what is silent."""

import json
from collections.abc import Callable
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
from tests.support.fleet import fleet

PAGES = {
    ("bad-rollout", "support-chat"): ["HighErrorRatio"],
    ("bimodal-latency", "recommender"): [],
    ("error-burst", "fraud-detector"): ["ErrorBudgetBurn"],
    ("error-burst", "recommender"): ["HighErrorRatio"],
    ("error-burst", "support-chat"): ["HighErrorRatio", "HighGenerationErrorRatio"],
    ("exporter-gone", "recommender"): [],
    ("failed-job", "churn-batch"): [],
    ("feature-drift", "churn-batch"): [],
    ("gpu-memory-growth", "recommender"): ["GPUMemoryNearlyFull"],
    ("gpu-memory-growth", "support-chat"): [],
    ("gpu-xid", "recommender"): ["GPUXidError"],
    ("noisy-low-traffic", "recommender"): [],
    ("quiet-night", "churn-batch"): [],
    ("quiet-night", "fraud-detector"): [],
    ("quiet-night", "recommender"): [],
    ("quiet-night", "support-chat"): [],
    ("service-down", "fraud-detector"): ["ServiceDown"],
    ("slow-p99", "fraud-detector"): ["HighLatencyP99", "ErrorBudgetBurn"],
    ("slow-p99", "support-chat"): ["HighTimeToFirstToken"],
    ("stale-model", "fraud-detector"): [],
    ("targets-gone", "recommender"): ["ServiceAbsent"],
    ("traffic-loss", "recommender"): [],
}
"""Who is woken, and how often: one page for an incident but where its file says why there are more."""

Run = Callable[[str, str], Result]


@pytest.fixture(scope="module")
def run(require_tool: Callable[[str], str]) -> Run:
    executable = checked(Path(require_tool("prometheus")))

    @cache
    def one(incident: str, service: str) -> Result:
        plan = fleet()
        with prometheus(executable, 120) as server:
            return replay(server, plan, next(item for item in plan.services if item.name == service), chosen(incident))

    return one


@pytest.mark.parametrize(("incident", "service"), PAGES)
def test_incident_leads_to_what_its_file_says(run: Run, incident: str, service: str) -> None:
    result = run(incident, service)
    assert result.verdict is not None
    assert result.verdict.wrong == ()
    assert [message.alert for message in result.pages] == PAGES[incident, service]


def test_every_incident_is_run() -> None:
    assert {incident for incident, _ in PAGES} == set(incidents())


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
    return json.loads(render_json.render(Report("", "", (result,), (), chosen("gpu-xid"), place)))
