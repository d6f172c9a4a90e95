"""Dashboards over all services: what stands on them, whose thresholds they draw, and where their links lead."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

import promql_parser
import pytest

from mlmon.plan.conditions import Compare
from mlmon.plan.links import COST_UID, FLEET_UID, GPU_UID, QUALITY_UID, SLO_UID, dashboard_uid, runbook_path
from mlmon.plan.model import ServicePlan
from mlmon.targets.grafana import looks
from tests.support.boards import CHAT, Board, boards, graphs, lines, of_chats, of_fleet, panel
from tests.support.fleet import fleet

SAMPLE = {"$__rate_interval": "1m", "$service": ".+", "$slo": ".+", "$host": ".+", "$version": ".+", "$instance": ".+"}
RAW_RANGE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{[^{}]*\})?\[(\d+)([dw])\]")
DAYS = {"d": 1, "w": 7}
Made = Callable[[], dict[str, Board]]


def test_there_is_a_page_for_each_theme_that_somebody_has() -> None:
    themes = {FLEET_UID, GPU_UID, QUALITY_UID, SLO_UID, COST_UID}
    assert set(of_fleet()) == themes | {dashboard_uid(service.name) for service in fleet().services}
    assert set(of_chats()) == {FLEET_UID, GPU_UID, COST_UID, dashboard_uid("chat-a"), dashboard_uid("chat-b")}


@pytest.mark.parametrize("made", [of_fleet, of_chats])
def test_panels_are_numbered_once_and_do_not_overlap(made: Made) -> None:
    for uid, board in made().items():
        everything = [*board["panels"], *(inner for row in board["panels"] for inner in row.get("panels", []))]
        assert max(Counter(item["id"] for item in everything).values()) == 1, uid
        for inside in (
            board["panels"],
            *(row["panels"] for row in board["panels"] if row.get("panels")),
        ):
            cells = Counter(cell for item in inside for cell in _cells(item["gridPos"]))
            assert max(cells.values()) == 1, uid


def _cells(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    for column in range(place["x"], place["x"] + place["w"]):
        yield from ((column, line) for line in range(place["y"], place["y"] + place["h"]))


@pytest.mark.parametrize("made", [of_fleet, of_chats])
def test_every_query_parses_and_no_raw_series_is_read_over_weeks(made: Made) -> None:
    for uid, board in made().items():
        for item in graphs(board):
            for target in item["targets"]:
                if "expr" not in target:
                    continue
                expr = target["expr"]
                for name, value in SAMPLE.items():
                    expr = expr.replace(name, value)
                promql_parser.parse(expr)
                far = [found for found in RAW_RANGE.findall(expr) if not found[0].startswith(("service:", "slo:"))]
                assert [found for found in far if int(found[1]) * DAYS[found[2]] > 14] == [], (uid, item["title"])


@pytest.mark.parametrize("made", [of_fleet, of_chats])
def test_links_lead_to_pages_that_exist(made: Made) -> None:
    known = made()
    for board in known.values():
        addresses = [link["url"] for link in board["links"] if link.get("url")]
        for item in graphs(board):
            addresses += re.findall(r'"(/d/[^"]*)"', json.dumps(item))
        for address in addresses:
            path = address.removeprefix("/d/").split("?")[0]
            if "${__data.fields.dashboard}" not in path:
                names = re.sub(r"\$\{__(?:field\.labels\.service|value\.raw)\}", "(.+)", path)
                assert any(re.fullmatch(names, uid) for uid in known), address
        for wanted in re.findall(r"var-(\w+)=([\w-]+)", json.dumps(board["links"])):
            assert wanted[0] == "service"


def test_services_lead_to_the_pages_that_know_them() -> None:
    def pages(name: str) -> set[str]:
        links = of_fleet()[dashboard_uid(name)]["links"]
        return {link["url"].removeprefix("/d/") for link in links if link.get("url")}

    chosen = "?var-service=recommender"
    assert pages("recommender") == {FLEET_UID, SLO_UID + chosen, GPU_UID + chosen, QUALITY_UID + chosen}
    assert not any(page.startswith(GPU_UID) for page in pages("churn-batch"))
    for name in (service.name for service in fleet().services):
        for page in pages(name) - {FLEET_UID}:
            choice = next(
                item for item in of_fleet()[page.split("?")[0]]["templating"]["list"] if item["name"] == "service"
            )
            assert name in [option["value"] for option in choice["options"]]


@pytest.mark.parametrize(
    ("uid", "title", "alert"),
    [
        (GPU_UID, "GPU temperature", "GPUTemperatureHigh"),
        (GPU_UID, "GPU memory", "GPUMemoryNearlyFull"),
        (GPU_UID, "PCIe replays", "GPUPCIeReplays"),
        (QUALITY_UID, "Feature drift", "FeatureDrift"),
        (QUALITY_UID, "Missing features", "MissingFeatures"),
        (QUALITY_UID, "Confidence", "LowConfidence"),
        (QUALITY_UID, "Distance from last week", "PredictionShift"),
    ],
)
def test_lines_are_the_thresholds_of_all_services(uid: str, title: str, alert: str) -> None:
    item = panel(of_fleet()[uid], title)
    palette = looks.Palette(fleet().routing)
    conditions = [(one.condition, one.severity) for one in fleet().alerts if one.name == alert]
    wanted = {
        (float(condition.threshold), palette.colour(severity))
        for condition, severity in conditions
        if isinstance(condition, Compare)
    }
    assert wanted != set()
    assert set(lines(item)) >= wanted
    assert item["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "dashed"}


def test_thresholds_that_differ_are_named_with_their_services() -> None:
    text = panel(of_fleet()[QUALITY_UID], "Feature drift")["description"]
    assert "- FeatureDrift (info) above 0.1 for 30m: fraud-detector" in text
    assert "- FeatureDrift (ticket) above 0.25 for 30m: churn-batch" in text
    assert (
        "- MissingFeatures (ticket) above 5% for 30m\n"
        in panel(of_fleet()[QUALITY_UID], "Missing features")["description"]
    )


def test_lines_of_burn_rates_are_the_tiers() -> None:
    board, palette = of_fleet()[SLO_UID], looks.Palette(fleet().routing)
    tiers = {tier for service in fleet().services for slo in service.slos for tier in slo.tiers}
    for tier in tiers:
        item = panel(board, f"Burn rate over {tier.long} ({tier.name})")
        assert lines(item) == [(float(tier.factor), palette.colour(tier.severity))]
        assert f"over {tier.long} and over {tier.short} as well" in item["description"]


def test_a_series_leads_to_the_runbooks_of_its_service() -> None:
    links = panel(of_fleet()[GPU_UID], "GPU temperature")["fieldConfig"]["defaults"]["links"]
    addresses = {link["title"]: link["url"] for link in links}
    prefix = fleet().outputs.runbooks_url
    for alert in fleet().alerts:
        if alert.name == "GPUTemperatureHigh":
            made = addresses["Runbook GPUTemperatureHigh"].replace("${__field.labels.service}", alert.service)
            assert made == f"{prefix}/{runbook_path(alert)}"


def test_all_means_the_services_of_the_page() -> None:
    def choice(uid: str) -> Board:
        return next(item for item in of_fleet()[uid]["templating"]["list"] if item["name"] == "service")

    users = [service.name for service in fleet().services if _has_gpus(service)]
    assert 1 < len(users) < len(fleet().services)
    assert choice(GPU_UID)["allValue"] == "|".join(users)
    assert [option["value"] for option in choice(GPU_UID)["options"]] == ["$__all", *users]
    lone = boards(CHAT.replace("NAME", "chat"))[GPU_UID]["templating"]["list"]
    assert next(item for item in lone if item["name"] == "service")["allValue"] == ".+"


def _has_gpus(service: ServicePlan) -> bool:
    return any(panel.section == "gpu" and panel.series[0].quantity.on("prometheus") for panel in service.panels)


def test_alerts_of_a_page_are_those_of_its_theme() -> None:
    expr = panel(of_fleet()[GPU_UID], "Alerts firing now")["targets"][0]["expr"]
    names = set(re.findall(r'alertname=~"([^"]*)"', expr)[0].split("|"))
    assert "GPUTemperatureHigh" in names
    assert "HighErrorRatio" not in names
    slos = panel(of_fleet()[SLO_UID], "Alerts firing now")["targets"][0]["expr"]
    assert 'alertname=~"ErrorBudgetBurn|ErrorBudgetSpent|SLODataLost"' in slos


def test_everything_about_a_gpu_is_there() -> None:
    titles = {item["title"] for item in graphs(of_chats()[GPU_UID])}
    assert titles >= {
        "GPU utilisation",
        "GPU memory",
        "GPU temperature",
        "GPU power",
        "Last XID error",
        "GPU throttling by heat",
        "GPU throttling by power",
    }
    assert titles >= {
        "GPU memory errors",
        "Broken memory rows",
        "Row remapping failed",
    }
    assert titles >= {"NVLink traffic", "NVLink recoveries", "PCIe replays", "GPUs now"}


def test_exporters_that_name_their_labels_differently_share_a_panel() -> None:
    targets = panel(of_chats()[GPU_UID], "GPU power")["targets"]
    assert [(target["refId"], target["legendFormat"]) for target in targets] == [
        ("A", "{{service}} {{Hostname}} GPU {{gpu}}"),
        ("B", "{{service}} {{hostname}} GPU {{gpu}}"),
    ]
    table = panel(of_chats()[GPU_UID], "GPUs now")["targets"][0]["expr"]
    assert table.startswith("min by (service, host, gpu) (")
    assert '"host", "$1", "hostname", "(.*)"' in table
