"""Notifications: what people read, and that no text of a spec becomes anything but text."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlmon.plan.routing import Receiver, Routing
from mlmon.targets import alertmanager
from mlmon.targets.alertmanager import CONFIG
from mlmon.targets.alertmanager.matchers import among, equal
from mlmon.targets.alertmanager.notifications import templates
from mlmon.targets.gotemplate import literal
from tests.support.alertmanager import parsed
from tests.support.fleet import fleet

SUMMARY = "<!channel> [x](http://evil) {{ .Status }} 5% & `more`"
ONE = {
    "status": "firing",
    "labels": {"alertname": "HighErrorRatio", "severity": "page", "service": "fraud"},
    "annotations": {
        "summary": SUMMARY,
        "description": "More than 1% *fail*.",
        "runbook_url": "https://runbooks.example.org/a?x=1&y=2|z",
        "dashboard_url": "https://grafana.example.org/d/a",
    },
}
# Control characters are refused in specs; NUL separates the texts of one call.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30) | st.text(
    "{}\"'`\\$.-|/*<%# \n", max_size=12
)


@pytest.fixture
def shown(require_tool: Callable[[str], str], tmp_path: Path) -> Callable[..., str]:
    path = require_tool("amtool")

    def render(text: str, routing: Routing | None = None, alerts: list[dict[str, Any]] | None = None) -> str:
        (tmp_path / "x.tmpl").write_text(templates(routing or fleet().routing), encoding="utf-8")
        listed = [ONE] if alerts is None else alerts
        data = {"status": listed[0]["status"], "alerts": listed, "groupLabels": listed[0]["labels"], "commonLabels": {}}
        (tmp_path / "data.json").write_text(json.dumps(data | {"externalURL": "http://am"}), encoding="utf-8")
        options = [f"--template.glob={tmp_path / 'x.tmpl'}", f"--template.data={tmp_path / 'data.json'}"]
        command = [path, "template", "render", *options, f"--template.text={text}"]
        outcome = subprocess.run(command, capture_output=True, timeout=30, check=False)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout.decode()

    return render


def template(name: str) -> str:
    return f'{{{{ template "mlmon.{name}" . }}}}'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("title", f"[SEV-1] {SUMMARY}"),
        ("slack.title", "[SEV-1] &lt;!channel&gt; [x](http://evil) {{ .Status }} 5% &amp; `more`"),
        ("pagerduty.severity", "critical"),
        ("opsgenie.priority", "P1"),
        ("slack.color", "danger"),
        (
            "slack.text",
            "More than 1% *fail*.\n<https://runbooks.example.org/a?x=1&amp;y=2%7Cz|Runbook>  "
            "<https://grafana.example.org/d/a|Dashboard>\n",
        ),
        (
            "text",
            f"{SUMMARY}\nMore than 1% *fail*.\nRunbook: https://runbooks.example.org/a?x=1&y=2|z\n"
            "Dashboard: https://grafana.example.org/d/a\n\n",
        ),
        (
            "msteams.text",
            "<!channel> \\[x\\](http://evil) {{ .Status }} 5% & `more`\n\nMore than 1% \\*fail\\*.\n\n"
            "[Runbook](https://runbooks.example.org/a?x=1&y=2|z) [Dashboard](https://grafana.example.org/d/a)\n\n",
        ),
    ],
)
def test_what_people_read(name: str, expected: str, shown: Callable[..., str]) -> None:
    assert shown(template(name)).rstrip("\n") == expected.rstrip("\n")


def test_a_group_is_counted_and_a_resolved_one_says_so(shown: Callable[..., str]) -> None:
    assert shown(template("title"), alerts=[ONE, ONE]) == "[SEV-1] fraud: HighErrorRatio (2 alerts)"
    resolved = ONE | {"status": "resolved", "annotations": {"summary": "over"}}
    assert shown(template("title"), alerts=[resolved]) == "[SEV-1, resolved] over"
    assert shown(template("slack.color"), alerts=[resolved]) == "good"


def test_an_alert_of_other_origin_is_shown_with_what_it_has(shown: Callable[..., str]) -> None:
    foreign = {"status": "firing", "labels": {"alertname": "Watchdog"}, "annotations": {}}
    assert shown(template("title"), alerts=[foreign]) == "[alert] Watchdog"
    assert shown(template("text"), alerts=[foreign]).strip() == "Watchdog"
    assert shown(template("opsgenie.priority"), alerts=[foreign]) == "P3"
    config = yaml.safe_load(alertmanager.render(fleet())[CONFIG])
    links = next(item["pagerduty_configs"][0]["links"] for item in config["receivers"] if "pagerduty_configs" in item)
    assert shown(links[0]["href"], alerts=[foreign]) == "http://am"
    assert shown(links[0]["href"]) == "https://runbooks.example.org/a?x=1&y=2|z"


@pytest.mark.parametrize(("severity", "priority", "color"), [("ticket", "P3", "warning"), ("info", "P5", "#439FE0")])
def test_less_urgent_severities(severity: str, priority: str, color: str, shown: Callable[..., str]) -> None:
    one = ONE | {"labels": {"severity": severity}}
    assert shown(template("opsgenie.priority"), alerts=[one]) == priority
    assert shown(template("slack.color"), alerts=[one]) == color


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, min_size=15, max_size=40), level=TEXT.filter(str.strip))
def test_any_text_comes_back_equal_from_a_go_template(texts: list[str], level: str, shown: Callable[..., str]) -> None:
    # Each text stands directly before an action, where an open brace would join the action's braces.
    joined = "".join(f'{literal(text)}{{{{ "\\u0001" }}}}' for text in texts)
    assert shown(joined).split("\1")[:-1] == texts
    first, *rest = fleet().routing.severities
    routing = replace(fleet().routing, severities=(replace(first, level=level), *rest))
    assert shown(template("level"), routing) == level


@settings(max_examples=50, deadline=None)
@given(channel=TEXT.filter(str.strip), address=st.from_regex(r"[^@\s,]{1,10}@[^@\s,]{1,10}", fullmatch=True))
def test_hostile_receivers_come_back_equal_from_the_file(channel: str, address: str) -> None:
    slack = {"channel": channel, "api_url_file": "/secrets/slack", "send_resolved": True}
    email = {"to": [address], "sender": address, "smarthost": "mail:25", "username": channel, "send_resolved": True}
    receivers = (Receiver("a", "slack", tuple(slack.items())), Receiver("b", "email", tuple(email.items())))
    plan = replace(fleet(), routing=replace(fleet().routing, receivers=receivers))
    first, second = yaml.safe_load(alertmanager.render(plan)[CONFIG])["receivers"]
    assert first["slack_configs"][0]["channel"].replace('{{ "{" }}', "{") == channel
    assert second["email_configs"][0]["to"].replace('{{ "{" }}', "{") == address
    assert second["email_configs"][0]["auth_username"] == channel


@given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_matcher_keeps_its_value(value: str) -> None:
    assert parsed(equal("team", value)) == ("team", "=", value)


def test_a_choice_of_values_is_a_quoted_expression() -> None:
    assert among("layer", ["model"]) == 'layer="model"'
    assert among("layer", ["a.b", "c"]) == 'layer=~"a\\\\.b|c"'
    with pytest.raises(ValueError, match="no value of layer to match"):
        among("layer", [])


def test_secrets_are_files_only() -> None:
    """Every key that Alertmanager reads a secret from has to be its `_file`."""
    config = yaml.safe_load(alertmanager.render(fleet())[CONFIG])
    secret = {"routing_key", "service_key", "api_key", "api_url", "webhook_url", "auth_password", "auth_secret"}
    for receiver in config["receivers"]:
        (kind,) = (key for key in receiver if key.endswith("_configs"))
        (one,) = receiver[kind]
        # Opsgenie's address of the API is no secret; Slack's is.
        assert not secret & (one.keys() - ({"api_url"} if kind == "opsgenie_configs" else set())), receiver["name"]
