"""Every query of every dashboard of the example fleet, answered by a real Prometheus that runs the generated rules."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.targets import grafana, prometheus
from tests.support import history
from tests.support.fleet import fleet
from tests.support.servers import Server
from tests.support.servers import prometheus as started

PREPARATION = 10
"""Seconds within which the history is usually written and imported."""
VARIABLES = dict.fromkeys(["$version", "$instance", "$service", "$slo", "$host"], ".+") | {"$__rate_interval": "5m"}
EMPTY_WHEN_HEALTHY = {
    "Alerts firing now": "the history holds nothing that an alert would fire on",
    "Budget gone in": "nothing burns the budget of a promise that has been kept all the time",
    "Duration of runs above usual": "two weeks of runs are compared, and the history of raw series is an hour",
    "Memory growth by process": "nothing grows",
    "Time until a container is full": "nothing grows",
    "Time until a host is full": "nothing grows",
    "Time until a GPU is full": "nothing grows",
}
"""Panels that may be empty, and why."""
EMPTY_COLUMNS = {
    "Services": "services without firing alerts are in no column of a severity",
    "SLO status": "a budget that does not burn is never gone",
    "GPUs now": "memory that does not grow is never full",
}
"""Tables in which single columns may be empty, and why; one column at least must not."""


@dataclass(frozen=True)
class Asked:
    """A target as Prometheus is asked for it."""

    dashboard: str
    panel: dict[str, Any]
    target: dict[str, Any]

    @property
    def expr(self) -> str:
        return interpolated(str(self.target["expr"]))

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.panel['title']} {self.target['refId']}"


def interpolated(expr: str, **chosen: str) -> str:
    """What Grafana sends: the values of variables, all of them where none is chosen."""
    for name, value in {**VARIABLES, **{f"${key}": value for key, value in chosen.items()}}.items():
        expr = expr.replace(name, value)
    return expr


@pytest.fixture(scope="module")
def dashboards() -> list[dict[str, Any]]:
    return [json.loads(text) for name, text in grafana.render(fleet()).items() if name.endswith(".json")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> Iterator[Server]:
    """Prometheus with an hour of history, days of SLOs and weeks of baselines, whose rules have been evaluated."""
    promtool, executable = require_tool("promtool"), require_tool("prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    end = int(time.time()) + PREPARATION
    history.write(fleet(), folder / "raw.txt", start=end - 3000, end=end)
    history.write_baselines(fleet(), folder / "past.txt", end=end)
    history.write_slos(fleet(), folder / "slos.txt", end=end, days=2)
    for name in ("raw.txt", "past.txt", "slos.txt"):
        history.import_blocks(promtool, folder / name, folder / "data")
    for path, text in prometheus.render(fleet()).items():
        if "/backfill/" in path:
            continue  # for promtool, once; Prometheus does not load them
        (folder / Path(path).name).write_text(_hurried(text), encoding="utf-8")
    # Rules cannot write before the end of a block, and find nothing long after it.
    time.sleep(max(0.0, end + 1 - time.time()))
    with started(executable, folder, rules=f"{folder}/*.rules.yaml", data=folder / "data") as running:
        begun = time.time()
        running.wait_for(lambda: _evaluated(running, begun + 6), 30)
        yield running


@pytest.fixture(scope="module")
def moment(server: Server) -> float:
    """When everything is asked, so that a slow machine does not outlive its history."""
    assert server.is_ready()
    return time.time()


def _hurried(text: str) -> str:
    """Evaluate every second, so that what builds on other recordings need not be waited for."""
    data = yaml.safe_load(text.replace("] offset 30s)", "])"))
    for group in data["groups"]:
        group["interval"] = "1s"
    return yaml.safe_dump(data)


def _evaluated(server: Server, since: float) -> bool:
    groups = server.get("rules")["groups"]
    return bool(groups) and all(_seconds(group["lastEvaluation"]) > since for group in groups)


def _seconds(moment: str) -> float:
    match = re.fullmatch(r"(\d+-\d+-\d+T\d+:\d+:\d+)(?:\.\d+)?(Z|[+-]\d+:\d+)", moment)
    assert match is not None, moment
    return datetime.fromisoformat(match[1] + match[2]).timestamp()


def asked(dashboards: list[dict[str, Any]]) -> Iterator[Asked]:
    """Every PromQL target, those of closed rows included."""
    for dashboard in dashboards:
        for panel in panels(dashboard):
            for target in panel.get("targets", []):
                if "expr" in target:
                    yield Asked(dashboard["title"], panel, target)


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def test_rules_have_no_errors(server: Server) -> None:
    rules = [rule for group in server.get("rules")["groups"] for rule in group["rules"]]
    assert len(rules) > 100
    assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []


def test_every_query_has_series(server: Server, moment: float, dashboards: list[dict[str, Any]]) -> None:
    expressions = {item.expr for item in asked(dashboards)}
    answers = {expr: bool(server.series(expr, moment)) for expr in expressions}
    found = [(item, answers[item.expr]) for item in asked(dashboards)]
    assert len(found) > 150
    missing = [
        str(item)
        for item, answered in found
        if not answered and item.panel["title"] not in {*EMPTY_WHEN_HEALTHY, *EMPTY_COLUMNS}
    ]
    assert missing == []


@pytest.mark.parametrize("title", EMPTY_COLUMNS)
def test_tables_have_lines(server: Server, moment: float, dashboards: list[dict[str, Any]], title: str) -> None:
    tables = [item for item in asked(dashboards) if item.panel["title"] == title and item.target["refId"] == "A"]
    assert tables != []
    assert [str(item) for item in tables if not server.series(item.expr, moment)] == []


def test_every_column_of_a_table_has_a_title(server: Server, moment: float, dashboards: list[dict[str, Any]]) -> None:
    tables = [item for item in asked(dashboards) if item.panel["type"] == "table"]
    assert len(tables) > 20
    for item in tables:
        organized = next(step["options"] for step in item.panel["transformations"] if step["id"] == "organize")
        known = {*organized["renameByName"], *organized["excludeByName"]}
        known |= {override["matcher"]["options"] for override in item.panel["fieldConfig"]["overrides"]}
        labels = {label for series in server.series(item.expr, moment) for label in series["metric"]}
        assert labels <= known, str(item)


def test_every_service_has_a_line(server: Server, moment: float, dashboards: list[dict[str, Any]]) -> None:
    first = next(
        item for item in asked(dashboards) if item.panel["title"] == "Services" and item.target["refId"] == "A"
    )
    lines = {series["metric"]["service"] for series in server.series(first.expr, moment)}
    assert lines == {service.name for service in fleet().services}


def test_nothing_fires_in_a_healthy_history(server: Server, moment: float) -> None:
    firing = server.series('ALERTS{alertstate="firing",severity="page"}', moment)
    assert [series["metric"] for series in firing] == []


@pytest.mark.parametrize(
    ("page", "service"), [("GPUs", "support-chat"), ("model quality", "churn-batch"), ("SLOs", "recommender")]
)
def test_a_chosen_service_stands_alone(
    server: Server, moment: float, dashboards: list[dict[str, Any]], page: str, service: str
) -> None:
    (board,) = (item for item in dashboards if item["title"].endswith(f": {page}"))
    found = set()
    for item in asked([board]):
        # Heatmaps are of one service each; everything else follows the choice.
        if item.panel["type"] != "heatmap":
            series = server.series(interpolated(item.target["expr"], service=service), moment)
            found |= {one["metric"].get("service", "") for one in series}
    assert found - {""} == {service}


def test_a_chosen_node_that_does_not_exist_is_empty(
    server: Server, moment: float, dashboards: list[dict[str, Any]]
) -> None:
    (board,) = (item for item in dashboards if item["title"].endswith(": GPUs"))
    by_node = [item for item in asked([board]) if "$host" in item.target["expr"] and item.panel["type"] == "timeseries"]
    assert len(by_node) >= 5
    for item in by_node:
        assert server.series(interpolated(item.target["expr"], host="nowhere"), moment) == [], str(item)


def test_variables_have_values(server: Server, moment: float, dashboards: list[dict[str, Any]]) -> None:
    queries = [
        (dashboard["title"], variable["definition"])
        for dashboard in dashboards
        for variable in dashboard["templating"]["list"]
        if variable["type"] == "query"
    ]
    assert queries != []
    for title, definition in queries:
        match = re.fullmatch(r"label_values\((.*), (\w+)\)", definition)
        assert match is not None, definition
        series = server.series(interpolated(match[1]), moment)
        assert {item["metric"].get(match[2]) for item in series} - {None} != set(), (title, definition)
