"""Pages of services that generate text, what they cost, and traced requests on latency panels."""

from collections.abc import Iterator

import pytest

from mlmon.plan.links import COST_UID, FLEET_UID, dashboard_uid
from tests.support.boards import CHAT, Board, boards, graphs, of_chats, of_fleet, panel

COST = "{preset: cost, namespace: ml, deployment: chat, usd_per_gpu_hour: 3, usd_per_day: 90}"
CHAT_UID, PLAIN_UID = dashboard_uid("support-chat"), dashboard_uid("fraud-detector")


def rows(board: Board) -> dict[str, list[str]]:
    """Titles of the panels below each row."""
    found: dict[str, list[str]] = {}
    title = ""
    for item in board["panels"]:
        if item["type"] == "row":
            title = item["title"]
            found[title] = [inner["title"] for inner in item["panels"]]
        else:
            found.setdefault(title, []).append(item["title"])
    return found


def test_a_language_model_has_rows_of_its_own() -> None:
    found = rows(of_fleet()[CHAT_UID])
    assert found["First token and pace"] == [
        "Time to first token",
        "Time to first token, heatmap",
        "Inter-token latency",
    ]
    assert {"Tokens", "Finished requests by reason", "Broken generations"} <= set(found["Tokens"])
    queue = [*found["Queue and KV cache"], *found.get("Queue and KV cache: more", [])]
    assert queue[:3] == ["Time in the queue", "KV cache", "Preemptions per request"]
    assert "Prefix cache hit ratio" in queue
    shown = [title for titles in found.values() for title in titles if not title.startswith("SLO")]
    assert shown.count("Time to first token") == 1


def test_its_first_screen_is_about_tokens() -> None:
    chat = [item["title"] for item in of_fleet()[CHAT_UID]["panels"] if item["type"] == "stat"]
    plain = [item["title"] for item in of_fleet()[PLAIN_UID]["panels"] if item["type"] == "stat"]
    assert {"p95 first token", "Tokens a second"} <= set(chat)
    assert "p99 latency" not in chat
    assert {"p95 first token", "Tokens a second"} & set(plain) == set()
    assert "p99 latency" in plain


def test_other_services_have_no_such_rows() -> None:
    assert {"First token and pace", "Tokens", "Queue and KV cache"} & set(rows(of_fleet()[PLAIN_UID])) == set()


def test_the_kv_cache_has_its_alerts_line() -> None:
    steps = panel(of_fleet()[CHAT_UID], "KV cache")["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps[1:] == [{"color": "orange", "value": 0.95}]


def test_cost_of_tokens_stands_beside_them() -> None:
    board = of_chats()[dashboard_uid("chat-a")]
    item = panel(board, "Cost of 1000 generated tokens")
    assert item["fieldConfig"]["defaults"]["unit"] == "currencyUSD"
    titles = rows(board)
    assert item["title"] in [*titles["Tokens"], *titles.get("Tokens: more", [])]


def test_costs_have_a_page_and_a_column() -> None:
    expr = panel(of_chats()[FLEET_UID], "Cost a day")["targets"][0]["expr"]
    assert 'label_replace(sum(up{job="chat-a"}) * 5 * 24, "service", "chat-a", "", "")' in expr
    columns = panel(of_chats()[FLEET_UID], "Services")["transformations"][1]["options"]["renameByName"].values()
    assert "Cost a day" in columns
    assert {"Cost a day", "Cost a day by service", "Costs now"} <= {
        item["title"] for item in graphs(of_chats()[COST_UID])
    }


def test_requested_gpus_have_the_price_in_the_spec() -> None:
    (term,) = (
        line
        for line in panel(of_fleet()[FLEET_UID], "Cost a day")["targets"][0]["expr"].splitlines()
        if "24" in line or "17.76" in line
    )
    assert "kube_pod_container_resource_requests" in term
    assert term.endswith('* 17.76, "service", "image-tagger", "", "")')


def test_without_prices_there_is_neither() -> None:
    made = boards(CHAT.replace("NAME", "chat").replace(", usd_per_gpu_hour: 2.5, gpus_per_instance: 2", ""))
    assert COST_UID not in made
    columns = panel(made[FLEET_UID], "Services")["transformations"][1]["options"]["renameByName"].values()
    assert "GPU" in columns
    assert "Cost a day" not in columns


def test_machines_are_charged_once() -> None:
    twice = CHAT.replace("NAME", "chat").replace(
        "usd_per_gpu_hour: 2.5, gpus_per_instance: 2}]",
        "usd_per_gpu_hour: 2}, {preset: sglang, name: other, selector: {job: b}, usd_per_gpu_hour: 3}]",
    )
    expr = panel(boards(twice)[FLEET_UID], "Cost a day")["targets"][0]["expr"]
    assert expr.count("up{") == 1
    assert expr.count("label_replace(sum(") == 1


def test_machines_are_charged_as_the_preset_for_costs_says() -> None:
    both = CHAT.replace("NAME", "chat").replace("family: extended}", f"family: extended}}, {COST}")
    expr = panel(boards(both)[FLEET_UID], "Cost a day")["targets"][0]["expr"]
    assert "kube_pod_container_resource_requests" in expr
    assert "up{" not in expr


def traced(board: Board) -> Iterator[str]:
    for item in graphs(board):
        if any(target.get("exemplar") for target in item["targets"]):
            yield item["title"]


@pytest.mark.parametrize(
    ("uid", "titles"),
    [
        (PLAIN_UID, {"Latency heatmap", "p99 latency by version"}),
        (CHAT_UID, {"Latency heatmap", "Time to first token", "Time to first token, heatmap", "Inter-token latency"}),
    ],
)
def test_latency_panels_ask_for_exemplars(uid: str, titles: set[str]) -> None:
    assert set(traced(of_fleet()[uid])) >= titles
    assert "Confidence distribution" not in set(traced(of_fleet()[uid]))


def test_recordings_are_not_asked_for_exemplars() -> None:
    for board in of_fleet().values():
        for item in graphs(board):
            asked = [target["expr"] for target in item["targets"] if target.get("exemplar")]
            assert [expr for expr in asked if "service:mlmon_" in expr] == []
