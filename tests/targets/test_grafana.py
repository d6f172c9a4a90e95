"""Dashboards of small and hostile projects: the numbers of the spec in the panels, and nothing of its text run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlmon.plan.links import COST_UID, FLEET_UID, GPU_UID, QUALITY_UID, SLO_UID, dashboard_uid, runbook_url
from mlmon.plan.model import Plan
from mlmon.plan.quantities import Increase, Rate
from mlmon.plan.signals import Matcher, PrometheusBinding, Series, Signal
from mlmon.targets import grafana
from mlmon.targets.grafana import looks
from mlmon.targets.grafana.queries import Queries
from mlmon.targets.grafana.sdk.load import units
from mlmon.targets.grafana.texts import literal
from tests.support.compiled import PROJECT, plan_of
from tests.support.fleet import ROOT, fleet
from tests.support.presets import everything, plan_of_spec

# As Grafana's templating reads text: $name, ${name}, ${name:format}, [[name]], [[name:format]].
VARIABLE = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}")
SPEC = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: NAME, team: ml, description: Scores payments.}
runtimes:
  - preset: prometheus-client
    family: ml_inference
    selector: {job: fraud}
slos:
  - {name: availability, objective: 99.9%}
thresholds:
  latency_p99: {page: 2s, ticket: 500ms}
"""
CLOUD = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: cloud, team: ml, description: Scores payments.}
runtimes:
  - preset: sagemaker-endpoint
    endpoint: fraud-prod
"""


def dashboards(plan: Plan) -> dict[str, dict[str, Any]]:
    return {
        name.removeprefix("grafana/dashboards/mlmon-").removesuffix(".json"): json.loads(text)
        for name, text in grafana.render(plan).items()
        if name.endswith(".json")
    }


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def graphs(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (panel for panel in panels(dashboard) if panel["type"] != "row")


def panel(dashboard: dict[str, Any], title: str) -> dict[str, Any]:
    return next(item for item in panels(dashboard) if item["title"] == title)


def steps(item: dict[str, Any]) -> list[tuple[float | None, str]]:
    return [(step["value"], step["color"]) for step in item["fieldConfig"]["defaults"]["thresholds"]["steps"]]


@pytest.fixture(scope="module")
def of_fleet() -> dict[str, dict[str, Any]]:
    return dashboards(fleet())


def test_lines_are_the_alerts_thresholds(tmp_path: Path) -> None:
    made = dashboards(plan_of(tmp_path, SPEC.replace("NAME", "fraud")))["fraud"]
    quantiles = panel(made, "Latency quantiles")
    assert steps(quantiles) == [(None, "transparent"), (0.5, "orange"), (2, "red")]
    assert quantiles["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "dashed"}
    assert steps(panel(made, "p99 latency")) == [(None, "green"), (0.5, "orange"), (2, "red")]


def test_a_threshold_changes_its_panels_and_nothing_else(tmp_path: Path) -> None:
    spec = SPEC.replace("NAME", "fraud")
    before = dashboards(plan_of(tmp_path, spec))["fraud"]
    after = dashboards(plan_of(tmp_path, spec.replace("page: 2s", "page: 3s")))["fraud"]
    pairs = list(zip(panels(before), panels(after), strict=True))
    changed = [new["title"] for old, new in pairs if old != new]
    assert changed == ["p99 latency", "Latency quantiles", "p99 latency by version"]
    assert steps(panel(after, "Latency quantiles")) == [(None, "transparent"), (0.5, "orange"), (3, "red")]
    assert {**before, "panels": []} == {**after, "panels": []}


def test_bytes_do_not_depend_on_hashes() -> None:
    script = (
        "import hashlib; from tests.support.fleet import fleet; from mlmon.targets import grafana;"
        "print(hashlib.sha256(repr(sorted(grafana.render(fleet()).items())).encode()).hexdigest())"
    )
    found = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    assert len(found) == 1


def test_json_is_sorted_and_ends_with_a_line_break() -> None:
    for name, text in grafana.render(fleet()).items():
        if name.endswith(".json"):
            data = json.loads(text, parse_constant=pytest.fail)
            assert text == json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_units_are_grafanas(of_fleet: dict[str, dict[str, Any]]) -> None:
    known = {value for name, value in vars(units).items() if not name.startswith("_") and isinstance(value, str)}
    assert len(known) > 200
    for dashboard in of_fleet.values():
        for item in graphs(dashboard):
            assert item["fieldConfig"]["defaults"]["unit"] in known, item["title"]
    assert looks.unit("percent") in known


def test_every_panel_says_what_it_shows(of_fleet: dict[str, dict[str, Any]]) -> None:
    for name, board in of_fleet.items():
        assert [item["title"] for item in graphs(board) if not item["description"]] == [], name


def test_alerts_panels_link_to_their_runbooks(of_fleet: dict[str, dict[str, Any]]) -> None:
    alert = next(item for item in fleet().alerts if item.name == "HighLatencyP99" and item.service == "fraud-detector")
    wanted = {"title": "Runbook HighLatencyP99", "url": runbook_url(fleet().outputs, alert), "targetBlank": True}
    assert panel(of_fleet["fraud-detector"], "Latency quantiles")["links"] == [wanted]


def test_the_table_of_alerts_leads_to_every_runbook(of_fleet: dict[str, dict[str, Any]]) -> None:
    table = panel(of_fleet["fraud-detector"], "Alerts firing now")
    properties = next(item for item in table["fieldConfig"]["overrides"] if item["matcher"]["options"] == "Alert")
    address = properties["properties"][0]["value"][0]["url"]
    for alert in fleet().alerts:
        if alert.service == "fraud-detector":
            # The query joins the labels alertname and slo with a dash.
            labels = dict(alert.labels)
            name = "-".join([alert.name, *([labels["slo"]] if "slo" in labels else [])])
            assert address.replace("${__value.raw}", name) == runbook_url(fleet().outputs, alert)


def test_pages_are_not_endless(of_fleet: dict[str, dict[str, Any]]) -> None:
    for name, board in of_fleet.items():
        assert len([item for item in board["panels"] if item["type"] != "row"]) <= 25, name


def test_dashboards_link_both_ways(of_fleet: dict[str, dict[str, Any]]) -> None:
    everyone = panel(of_fleet["fleet"], "Services")["targets"][0]["expr"]
    for service in fleet().services:
        board = of_fleet[service.name]
        assert f"/d/{FLEET_UID}" in [link.get("url") for link in board["links"]]
        assert f'"dashboard", "{board["uid"]}"' in everyone
        assert board["uid"] == dashboard_uid(service.name)
        assert board["tags"] == ["mlmon", service.team]
        assert board["editable"] is False
        assert service.spec in board["description"]


def test_a_service_called_fleet_keeps_its_own_dashboard(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, SPEC.replace("NAME", "fleet"))
    uids = [board["uid"] for board in dashboards(plan).values()]
    assert len(set(uids)) == len(uids)
    assert {FLEET_UID, dashboard_uid("fleet")} <= set(uids)
    assert dashboard_uid("fleet") != FLEET_UID


@pytest.mark.parametrize("uid", [FLEET_UID, GPU_UID, QUALITY_UID, SLO_UID, COST_UID])
def test_no_service_takes_the_uid_of_another_page(uid: str) -> None:
    assert dashboard_uid(uid.removeprefix("mlmon-")) != uid


def test_a_service_on_cloudwatch_asks_cloudwatch(tmp_path: Path) -> None:
    made = dashboards(plan_of(tmp_path, CLOUD, project=f"{PROJECT}  cloudwatch: {{region: eu-central-1}}\n"))["cloud"]
    ratio = panel(made, "Error ratio")
    sources = [item["datasource"]["type"] for item in graphs(made)]
    assert "prometheus" not in sources
    assert sources.count("cloudwatch") >= 5
    metrics = [target for target in ratio["targets"] if "metricName" in target]
    assert {target["region"] for target in ratio["targets"]} == {"eu-central-1"}
    assert metrics[0]["dimensions"] == {"EndpointName": "fraud-prod", "VariantName": "AllTraffic"}
    assert all(target["hide"] for target in metrics)
    assert "FILL(" in ratio["targets"][-1]["expression"]


def test_the_provider_file_matches_the_outputs() -> None:
    data = yaml.safe_load(grafana.render(fleet())["grafana/provisioning/dashboards.yaml"])
    (provider,) = data["providers"]
    assert (data["apiVersion"], provider["type"], provider["folder"]) == (1, "file", fleet().outputs.grafana_folder)


def test_every_exclusion_has_a_reason(of_fleet: dict[str, dict[str, Any]]) -> None:
    rules = yaml.safe_load(grafana.render(fleet())["grafana/dashboards/.lint"])["exclusions"]
    titles = {(board["title"], item["title"]) for board in of_fleet.values() for item in graphs(board)}
    for name, rule in rules.items():
        entries = rule.get("entries", [rule])
        assert all(entry["reason"] for entry in entries), name
        assert {(entry["dashboard"], entry["panel"]) for entry in entries if "panel" in entry} <= titles


def signal(*matchers: Matcher) -> Signal:
    bound = PrometheusBinding((Series("requests_total", matchers),), labels=(("version", "model_version"),))
    return Signal("requests", "c", "counter", "requests", "", "", prometheus=bound)


def interpolated(text: str) -> str:
    """What Grafana makes of a text, with every variable that a dashboard of ours has."""
    values = {"__rate_interval": "1m", "version": ".+", "instance": ".+", "datasource": "X", "__interval": "1s"}
    values |= {"service": ".+", "slo": ".+", "host": ".+"}

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[4]
        return values.get(name, match[0])

    return VARIABLE.sub(value, text)


HOSTILE = st.one_of(
    st.text(max_size=20).filter(lambda text: "\x00" not in text),
    st.sampled_from(
        ["$version", "${__rate_interval}", "[[instance]]", "[[[version]]", '"} or vector(1) #', "\\$version"]
    ),
    st.sampled_from(["\ue000", "\ue000$version\ue001", "{{model_version}}", "a\nb"]),
)


@given(HOSTILE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_label_values_reach_prometheus_unchanged(value: str) -> None:
    service = fleet().services[0]
    queries = Queries(service, fleet().outputs, frozenset({"version"}))
    expr = queries.expr(Rate(signal=signal(Matcher("job", "=", value)), by=("version",)))
    parsed = promql_parser.parse(interpolated(expr))
    selected = parsed.expr.args[0].vector_selector if hasattr(parsed.expr.args[0], "vector_selector") else None
    assert selected is not None
    found = {(item.name, item.value) for item in selected.matchers.matchers}
    assert found == {("job", value), ("model_version", ".+")}


@given(HOSTILE)
def test_descriptions_hold_no_variables(text: str) -> None:
    assert interpolated(literal(text)) == literal(text)


def test_windows_follow_the_dashboard_unless_they_are_the_meaning() -> None:
    queries = Queries(fleet().services[0], fleet().outputs)
    assert queries.range(Rate(signal=signal()), "").expr == "sum(rate(requests_total[$__rate_interval]))"
    assert queries.range(Rate(signal=signal()), "").min_step == str(fleet().outputs.scrape_interval)
    assert "[5m]" in queries.range(Increase(signal=signal()), "").expr


def test_legends_name_the_metrics_labels() -> None:
    queries = Queries(fleet().services[0], fleet().outputs)
    assert queries.legend(Rate(signal=signal(), by=("version",)), "model {version}") == "model {{model_version}}"


def test_every_preset_can_be_drawn() -> None:
    plan = plan_of_spec(everything()).plan
    assert plan is not None
    for board in dashboards(plan).values():
        titles = [item["title"] for item in graphs(board)]
        assert titles != []
        for item in graphs(board):
            for target in item["targets"]:
                if "expr" in target:
                    promql_parser.parse(interpolated(target["expr"]))


def test_the_fleet_has_a_column_for_whatever_is_recorded(of_fleet: dict[str, dict[str, Any]]) -> None:
    (organize,) = (item for item in panel(of_fleet["fleet"], "Services")["transformations"] if item["id"] == "organize")
    columns = set(organize["options"]["renameByName"].values()) - {""}
    numbers = {"Budget left", "Requests", "Valid requests", "p99 latency", "Model versions", "GPU", "Cost a day"}
    assert columns == {"Service", "Team", "Tier", "Page", "Ticket", "Info"} | numbers
