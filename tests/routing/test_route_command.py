"""`mlmon route`: the answer as text and as JSON, and names that do not exist."""

import json
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner, Result

from mlmon.cli import app
from tests.support.compiled import HEAD, PROJECT, RUNTIME

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str, root: Path = ROOT) -> Result:
    return CliRunner().invoke(app, ["route", *arguments, "--root", str(root)])


def test_a_ticket_on_saturday_night() -> None:
    result = run("fraud-detector/TrafficLow", "--at", "2026-11-21T03:00")
    assert result.exit_code == 0
    assert result.output == dedent("""\
        fraud-detector/TrafficLow/ticket at Sat 2026-11-21 03:00 CET
        ├─ receiver: slack-ml-risk (Slack #ml-risk)
        ├─ route: root > team="ml-risk" > severity="ticket"
        ├─ notified: Mon 2026-11-23 09:00 CET, when business-hours begin, within 5m, if it still fires
        ├─ grouped by alertname, severity, service: TrafficLow, fraud-detector, ticket
        ├─ repeated every 1d while it fires
        ├─ silenced while one of these fires
        │  └─ page: CertificateExpiresSoon, ContainerOOMLoop, ContainerRestarting, NoReplicaAvailable, ProbeFailing,
        │       ReplicasUnavailable, ServiceAbsent, ServiceDown
        └─ silences: none
        """)


def test_what_fires_together_is_one_page() -> None:
    at = ("--at", "2026-11-21T03:00")
    result = run("fraud-detector/HighErrorRatio/page", "--firing", "ServiceDown,fraud-detector/TrafficLow/ticket", *at)
    assert result.exit_code == 0
    _, _, together = result.output.partition("together")
    assert together == dedent("""\
         at Sat 2026-11-21 03:00 CET: 3 alerts, 1 notification
        ├─ pagerduty-ml: fraud-detector/ServiceDown/page
        │  └─ notified: now, 30s after it fires
        ├─ silenced: fraud-detector/HighErrorRatio/page
        │  └─ by fraud-detector/ServiceDown/page
        └─ silenced: fraud-detector/TrafficLow/ticket
           └─ by fraud-detector/ServiceDown/page
        """).removeprefix("\n")


def test_another_service_is_another_incident() -> None:
    result = run("fraud-detector/ServiceDown", "--firing", "recommender/HighErrorRatio/page, HighLatencyP99/page")
    assert "3 alerts, 2 notifications" in result.output
    assert "pagerduty-ml: recommender/HighErrorRatio/page" in result.output


def test_tiers_are_told_apart() -> None:
    output = run("fraud-detector/ErrorBudgetBurn/page", "--at", "Sat 03:00").output
    assert "├─ availability page-fast\n" in output
    assert "silenced while one of these fires" in output


def test_json_for_programs() -> None:
    result = run("fraud-detector/ModelStale", "--at", "2026-11-21T03:00", "--firing", "ServiceDown", "--format", "json")
    answer = json.loads(result.output)
    assert answer["at"] == "2026-11-21T03:00:00+01:00"
    (alert,) = answer["alerts"]
    assert alert["notifications"] == [
        {
            "receiver": "slack-ml-risk",
            "channel": "Slack #ml-risk",
            "path": [[], ['team="ml-risk"'], ['severity="ticket"']],
            "now": False,
            "due": "2026-11-23T09:00:00+01:00",
            "group": {"alertname": "ModelStale", "service": "fraud-detector", "severity": "ticket"},
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "1d",
        }
    ]
    stale, down = answer["together"]
    assert stale["notification"]["now"] is False
    assert down["notification"]["receiver"] == "pagerduty-ml"


@pytest.mark.parametrize(
    ("question", "message", "advice"),
    [
        ("fraud-detecto/ServiceDown", 'no alert is about a service "fraud-detecto"', 'did you mean "fraud-detector"?'),
        ("fraud-detector/ServisDown", 'fraud-detector has no alert "ServisDown"', 'did you mean "ServiceDown"?'),
        ("fraud-detector/ModelStale/pag", 'fraud-detector/ModelStale has no severity "pag"', "there is ticket"),
        ("ServiceDown", '"ServiceDown" names no alert', "write SERVICE/ALERT or SERVICE/ALERT/SEVERITY"),
        (
            "fraud-detector/EndpointAbsent",
            "fraud-detector/EndpointAbsent exists on CloudWatch only, so that Alertmanager never sees it",
            "its alarm publishes to the SNS topic acme-ml-page",
        ),
    ],
)
def test_names_that_do_not_exist(question: str, message: str, advice: str) -> None:
    result = run(question)
    assert result.exit_code == 2
    assert result.output == f"error[route-unknown] {message}\n    = {advice}\n"
    found = json.loads(run(question, "--format", "json").output)["findings"]
    assert [(item["message"], item["advice"]) for item in found] == [(message, advice)]


def test_other_mistakes_are_one_line() -> None:
    assert 'no alert "Nothing"' in run("fraud-detector/ModelStale", "--firing", "Nothing").output
    wrong = run("fraud-detector/ModelStale", "--at", "noon")
    assert wrong.exit_code == 2
    assert wrong.output == 'mlmon: "noon" is not a moment; write "Sat 03:00", or a date such as 2026-11-21T03:00\n'


def test_a_project_without_hours_or_own_routes(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "specs" / "fraud.yaml").write_text(HEAD + RUNTIME, encoding="utf-8")
    result = run("fraud/ServiceDown", root=tmp_path)
    assert result.exit_code == 0
    assert "notified: now, 30s after it fires" in result.output
