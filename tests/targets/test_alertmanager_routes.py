"""Routes: every alert of the fleet reaches whom the spec names, at the hours of its severity."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.plan.routing import Receiver
from mlmon.targets import alertmanager
from mlmon.targets.alertmanager import CONFIG, minimum_version
from mlmon.targets.alertmanager.tree import tree
from tests.support.compiled import HEAD, PROJECT, RUNTIME, plan_of
from tests.support.fleet import ROOT, fleet, sent

SECRETS = "/etc/alertmanager/secrets"


def written(files: dict[str, str], folder: Path) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / CONFIG


@pytest.fixture
def amtool(require_tool: Callable[[str], str]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    path = require_tool("amtool")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([path, *arguments], capture_output=True, text=True, timeout=30, check=False)

    return run


def expected(team: str, service: str, severity: str) -> str:
    """What the YAML of the project says, read here without the plan."""
    project = yaml.safe_load((ROOT / "mlmon.yaml").read_text(encoding="utf-8"))
    spec = yaml.safe_load((ROOT / "specs" / f"{service}.yaml").read_text(encoding="utf-8"))
    chosen = project["teams"][team]["routing"] | spec.get("routing", {})
    return str(chosen.get(severity, project["default_receiver"]))


def test_every_alert_of_the_fleet_reaches_the_receiver_that_the_spec_names(amtool: Any, tmp_path: Path) -> None:
    config = written(alertmanager.render(fleet()), tmp_path)
    reached = {(alert["team"], alert["service"], alert["severity"]) for alert in sent(fleet())}
    assert len(reached) > len(fleet().services)
    for team, service, severity in sorted(reached):
        labels = [f"team={team}", f"service={service}", f"severity={severity}"]
        outcome = amtool("config", "routes", "test", f"--config.file={config}", "alertname=Any", *labels)
        assert outcome.stdout.strip() == expected(team, service, severity), (labels, outcome.stderr)


def test_alerts_of_other_origin_go_to_the_default_receiver(amtool: Any, tmp_path: Path) -> None:
    config = written(alertmanager.render(fleet()), tmp_path)
    for labels in (["alertname=Watchdog"], ["alertname=X", "severity=page"], ["team=ml-risk", "severity=critical"]):
        outcome = amtool("config", "routes", "test", f"--config.file={config}", *labels)
        assert outcome.stdout.strip() == fleet().routing.default_receiver


def test_amtool_accepts_the_fleet(amtool: Any, tmp_path: Path) -> None:
    outcome = amtool("check-config", str(written(alertmanager.render(fleet()), tmp_path)))
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "1 templates" in outcome.stdout


@pytest.mark.parametrize(
    ("kind", "settings", "needs"),
    [
        ("msteams", {"webhook_url_file": f"{SECRETS}/teams"}, (0, 28)),
        ("webhook", {"url_file": f"{SECRETS}/hook"}, (0, 28)),
        ("webhook", {"url": "http://log.example.org"}, (0, 25)),
        ("pagerduty", {"routing_key_file": f"{SECRETS}/pagerduty"}, (0, 25)),
    ],
)
def test_the_version_that_is_needed_is_the_one_that_amtool_accepts_it_from(
    kind: str, settings: dict[str, str], needs: tuple[int, int], amtool: Any, tmp_path: Path
) -> None:
    plan = fleet()
    receiver = Receiver("extra", kind, tuple({"send_resolved": True, **settings}.items()))
    plan = replace(plan, routing=replace(plan.routing, receivers=(*plan.routing.receivers, receiver)))
    assert minimum_version(plan) == needs
    outcome = amtool("check-config", str(written(alertmanager.render(plan), tmp_path)))
    version = tuple(int(part) for part in amtool("--version").stdout.split("version ")[1].split(".")[:2])
    # 0.26 and 0.27 load url_file but crash on a refused request, so they prove nothing here.
    if version >= needs or version < (0, 26):
        assert (outcome.returncode == 0) == (version >= needs), outcome.stdout


def test_a_service_of_its_own_mind_comes_before_its_team_and_repeats_nothing(tmp_path: Path) -> None:
    project = PROJECT.replace(
        "default_receiver: chat", f"  log: {{type: webhook, url_file: {SECRETS}/log}}\ndefault_receiver: chat"
    )
    own = f"{HEAD}{RUNTIME}routing: {{page: chat, info: log, ticket: chat}}\n"
    plan = plan_of(tmp_path, own, project=project)
    (team,) = tree(plan.routing)["routes"]
    assert team["matchers"] == ['team="ml"']
    assert [route["matchers"] for route in team["routes"]][:2] == [
        ['service="fraud"', 'severity="page"'],
        ['service="fraud"', 'severity="info"'],
    ]
    # The page goes where the root sends everything, but has to be caught before the team's route.
    assert "receiver" not in team["routes"][0]
    assert [route["matchers"] for route in team["routes"]][2:] == [
        ['severity="page"'],
        ['severity="ticket"'],
        ['severity="info"'],
    ]


def test_only_severities_with_hours_wait_for_them() -> None:
    config = yaml.safe_load(alertmanager.render(fleet())[CONFIG])
    hours = {
        route["matchers"][0]: route.get("active_time_intervals")
        for team in config["route"]["routes"]
        for route in team["routes"]
        if len(route["matchers"]) == 1
    }
    assert hours == {
        'severity="page"': None,
        'severity="ticket"': ["business-hours"],
        'severity="info"': ["business-hours"],
    }
    (interval,) = config["time_intervals"]
    assert interval["time_intervals"] == [
        {
            "times": [{"start_time": "09:00", "end_time": "18:00"}],
            "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "location": "Europe/Berlin",
        }
    ]


def test_no_interval_is_defined_where_every_severity_is_sent_at_any_hour() -> None:
    routing = fleet().routing
    always = tuple(replace(severity, always=True) for severity in routing.severities)
    config = yaml.safe_load(alertmanager.render(replace(fleet(), routing=replace(routing, severities=always)))[CONFIG])
    assert "time_intervals" not in config


def test_the_header_says_what_the_reminders_need() -> None:
    text = alertmanager.render(fleet())[CONFIG]
    assert "# Start it with --data.retention=7d or longer" in text
    routing = fleet().routing
    daily = tuple(
        replace(item, repeat_interval=routing.severity("ticket").repeat_interval) for item in routing.severities
    )
    assert (
        "data.retention"
        not in alertmanager.render(replace(fleet(), routing=replace(routing, severities=daily)))[CONFIG]
    )
