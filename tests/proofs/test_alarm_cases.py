"""`mlmon test` plays the cases of CloudWatch alarms, too, and a case that ends otherwise fails it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from typer.testing import CliRunner, Result

from mlmon.cli import app
from mlmon.plan.conditions import on_backend
from mlmon.proving.alarms import findings, newly, play
from mlmon.proving.junit import as_junit
from mlmon.targets import cloudwatch
from mlmon.targets.cloudwatch import CASES
from mlmon.targets.cloudwatch.fleet import module
from tests.support.compiled import HEAD
from tests.support.fleet import fleet
from tests.support.proving import damaged, workspace

SPEC = HEAD + "runtimes:\n  - {preset: sagemaker-endpoint, endpoint: fraud-prod}\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "400")


def run(*arguments: str, root: Path) -> Result:
    return CliRunner().invoke(app, [*arguments, "--root", str(root)])


def turned(text: str) -> str:
    """Let the first case that is silent be said to page."""
    return text.replace("ends: OK", "ends: ALARM", 1)


def test_every_alarm_of_the_fleet_has_a_series_that_pages_and_one_that_does_not() -> None:
    made = module(fleet())
    assert made is not None
    played = play(fleet(), cloudwatch.render(fleet()))
    assert {one.alarm for one in played} == {alarm.name for service in made.services for alarm in service.all_alarms}
    assert [one.alarm for one in played if not one.passed] == []
    listed = yaml.safe_load(cloudwatch.render(fleet())[CASES])["alarms"]
    for entry in listed:
        assert {"ALARM", "OK"} <= {case["ends"] for case in entry["cases"]}, entry["alarm"]


def test_every_alert_that_cloudwatch_watches_is_played() -> None:
    played = {one.alert.id for one in play(fleet(), cloudwatch.render(fleet()))}
    watched = {alert.id for alert in fleet().alerts if on_backend(alert.condition, "cloudwatch")}
    assert played
    assert played <= watched
    # A burn rate whose windows CloudWatch cannot span has no alarm.
    assert {name for name in watched - played if "ErrorBudgetBurn" not in name} == set()


def test_only_the_asked_services_are_played() -> None:
    files = cloudwatch.render(fleet())
    assert {one.alert.service for one in play(fleet().only(["fraud-detector"]), files)} == {"fraud-detector"}
    assert play(fleet().only(["recommender"]), files) == ()


def test_an_alarm_without_cases_or_with_one_kind_of_them_fails() -> None:
    listed = yaml.safe_load(cloudwatch.render(fleet())[CASES])["alarms"]
    only = {"alarm": listed[0]["alarm"], "cases": [case for case in listed[0]["cases"] if case["ends"] == "OK"]}
    played = play(fleet(), {CASES: yaml.safe_dump({"alarms": [only]})})
    first = next(one for one in played if one.alarm == only["alarm"])
    assert [item.when for item in first.departures] == ["there is a series that pages"]
    assert all(len(one.departures) == 2 for one in played if one is not first)


def test_a_case_that_ends_otherwise_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_tool: Callable[[str], str]
) -> None:
    require_tool("promtool")
    root = workspace(tmp_path / "work", SPEC)
    good = run("test", "--format", "json", root=root)
    assert good.exit_code == 0, good.output
    (row,) = json.loads(good.stdout)["services"]
    assert row["alarms"] > 0
    assert row["alarm_cases"] >= 2 * row["alarms"]
    damaged(monkeypatch, CASES, turned)
    junit = tmp_path / "junit.xml"
    result = run("test", "--junit", str(junit), root=root)
    assert result.exit_code == 1
    assert "specs/fraud.yaml:" in result.output
    assert "error[alarm-case]" in result.output
    assert "is to end in ALARM where " in result.output
    assert "and ends in OK" in result.output
    assert "1 failed" in result.output.splitlines()[-1]
    suites = ElementTree.fromstring(junit.read_bytes())  # noqa: S314 -- it is mlmon's own
    (suite,) = [one for one in suites if one.get("name") == CASES]
    assert (suite.get("tests"), suite.get("failures")) == (str(row["alarms"]), "1")
    assert len(list(suite.iter("failure"))) == 1


def test_generate_does_not_write_an_alarm_that_its_case_contradicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_tool: Callable[[str], str]
) -> None:
    require_tool("promtool")
    root = workspace(tmp_path / "work", SPEC)
    damaged(monkeypatch, CASES, turned)
    result = run("generate", root=root)
    assert result.exit_code == 1
    assert "alarm-case" in result.output
    assert not (root / "generated").exists()


def test_generate_plays_what_it_does_not_know_to_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    made, files = fleet(), cloudwatch.render(fleet())
    wrong = files | {CASES: turned(files[CASES])}
    found = newly(made, wrong)
    assert [one.rule for one in found] == ["alarm-case"]
    assert newly(made, wrong) == found
    assert newly(made, files) == []
    monkeypatch.setattr("mlmon.proving.alarms.play", None)
    assert newly(made, files) == []
    with pytest.raises(TypeError):
        newly(made, files | {"cloudwatch/fraud-detector.tf": files["cloudwatch/fraud-detector.tf"] + "\n"})


def test_hostile_names_reach_the_findings_and_the_report_whole() -> None:
    played = play(fleet(), {})
    strange = tuple(replace(one, alarm='a"<b>\x00') for one in played[:1])
    assert 'a"<b>' in findings(strange)[0].message
    read = ElementTree.fromstring(as_junit((), strange).encode())  # noqa: S314 -- it is mlmon's own
    assert {case.get("name") for case in read.iter("testcase")} == {'a"<b>\N{REPLACEMENT CHARACTER}'}
