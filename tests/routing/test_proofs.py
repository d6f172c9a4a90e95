"""The plan's own idea of the routing and the configuration agree, and each kind of disagreement is found."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_cases import config_text, known

from mlmon.diagnostics import Place
from mlmon.plan.model import Plan
from mlmon.routing.verify import CONFIG, PROOFS, verify
from mlmon.targets import alertmanager, routing_proofs
from mlmon.tools.executables import Name, Tool
from mlmon.tools.route_tests import check_routes
from mlmon.tools.staged import Staged
from tests.support.fleet import fleet
from tests.support.presets import everything, plan_of_spec

PLACE = Place("generated/alertmanager/alertmanager.yaml")


def proofs(plan: Plan) -> str:
    return routing_proofs.render(plan)[routing_proofs.ROUTES]


def complaints(config: str, expected: str) -> list[str]:
    return [finding.message for finding in verify(config, expected, PLACE)]


def test_the_fleet_does_what_its_plan_says() -> None:
    assert complaints(config_text(), proofs(fleet())) == []


def test_a_service_of_every_preset_does_what_its_plan_says() -> None:
    plan = plan_of_spec(everything()).plan
    assert plan is not None
    assert len(plan.alerts) > 150
    assert complaints(alertmanager.render(plan)[alertmanager.CONFIG], proofs(plan)) == []


def test_every_alert_is_proven_with_the_labels_that_its_rule_gives_it() -> None:
    services = yaml.safe_load(proofs(fleet()))["services"]
    proven = sorted(tuple(sorted(alert["labels"].items())) for alerts in services.values() for alert in alerts)
    assert proven == sorted(alert.labels for alert in known())


@settings(max_examples=8, deadline=None)
@given(
    flags=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=3, max_size=3),
    end=st.sampled_from(["09:01", "18:00", "24:00"]),
)
def test_any_choice_of_severities_and_hours(flags: list[tuple[bool, bool]], end: str) -> None:
    routing = fleet().routing
    severities = tuple(
        replace(severity, always=always, paging=paging)
        for severity, (always, paging) in zip(routing.severities, flags, strict=True)
    )
    hours = replace(routing.business_hours, end=end, days=("sunday", "monday"))
    plan = replace(fleet(), routing=replace(routing, severities=severities, business_hours=hours))
    assert complaints(alertmanager.render(plan)[alertmanager.CONFIG], proofs(plan)) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "receiver: opsgenie-llm",
            "receiver: pagerduty-ml",
            "support-chat/vllm/HighTimeToFirstToken/page goes to pagerduty-ml, not to opsgenie-llm",
        ),
        (
            "end_time: '18:00'",
            "end_time: '17:59'",
            "churn-batch/node/HostDown/ticket is held on monday 17:59, not sent",
        ),
        (
            "    - monday\n",
            "    - monday\n    - saturday\n",
            "churn-batch/node/HostDown/ticket is sent on saturday 09:00, not held",
        ),
        (
            "location: Europe/Berlin",
            "location: Europe/London",
            "churn-batch/node/HostDown/ticket is held on monday 09:00, not sent",
        ),
        (
            "  - slo\n",
            "",
            "ErrorBudgetBurn/latency/ticket/ticket is silenced by slo/ErrorBudgetBurn/availability/page-fast/page",
        ),
        (
            '  - burn_tier="page-fast"\n',
            '  - burn_tier="none"\n',
            "availability/page-slow/page is not silenced by slo/ErrorBudgetBurn/availability/page-fast/page",
        ),
        ('  - outage="true"\n  - severity="page"\n', '  - severity="page"\n', "is silenced by"),
    ],
)
def test_a_changed_configuration_is_noticed(old: str, new: str, message: str) -> None:
    assert old in config_text()
    found = complaints(config_text().replace(old, new, 1), proofs(fleet()))
    assert any(message in text for text in found), found[:5]


def test_files_that_cannot_be_compared_are_one_finding() -> None:
    for config, expected in (
        (config_text(), "a: [b"),
        (config_text(), "{}"),
        ("[]", proofs(fleet())),
        ("route: 1", "{}"),
    ):
        assert complaints(config, expected) == ["the routing cannot be compared with its proofs"]
    odd = config_text().replace("- matchers:", "- match:", 1)
    assert complaints(odd, proofs(fleet())) == ["the setting `match` of a route is not imitated"]


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    files = alertmanager.render(fleet()) | routing_proofs.render(fleet())
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Staged(tmp_path, "generated")


def test_amtool_finds_every_receiver_and_notices_a_wrong_one(
    require_tool: Callable[[str], str], staged: Staged
) -> None:
    tool = Tool(Name.AMTOOL, Path(require_tool("amtool")))
    assert check_routes(tool, staged, CONFIG, PROOFS, timeout=30) == []
    wrong = config_text().replace("receiver: opsgenie-llm", "receiver: event-log", 1)
    (staged.root / CONFIG).write_text(wrong, encoding="utf-8")
    (finding,) = check_routes(tool, staged, CONFIG, PROOFS, timeout=30)
    assert finding.place == PLACE
    assert finding.message.startswith("support-chat/vllm/")
    assert "has to reach opsgenie-llm, and amtool answers: event-log" in finding.message


def test_an_amtool_that_crashes_is_asked_once(staged: Staged, tmp_path: Path) -> None:
    script = tmp_path / "amtool"
    script.write_text(f"#!/bin/sh\necho . >> {tmp_path}/calls\nkill -9 $$\n")
    script.chmod(0o755)
    (finding,) = check_routes(Tool(Name.AMTOOL, script), staged, CONFIG, PROOFS, timeout=30)
    assert finding.rule == "tool-failed"
    assert (tmp_path / "calls").read_text() == ".\n"
