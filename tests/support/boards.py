"""Dashboards as JSON: those of the example fleet, and those of small projects."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mlmon.targets import grafana
from tests.support.compiled import plan_of
from tests.support.fleet import fleet

Board = dict[str, Any]
"""A dashboard, a panel, or any other part of one."""
CHAT = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: NAME, team: ml, description: Answers.}
runtimes: [{preset: vllm, selector: {job: NAME}, usd_per_gpu_hour: 2.5, gpus_per_instance: 2}]
infrastructure: [{preset: dcgm, namespace: ml, deployment: NAME, family: extended}]
"""


def boards(*specs: str) -> dict[str, Board]:
    with TemporaryDirectory() as folder:
        plan = plan_of(Path(folder), *specs)
        return {board["uid"]: board for board in _boards(grafana.render(plan))}


@cache
def of_fleet() -> dict[str, Board]:
    return {board["uid"]: board for board in _boards(grafana.render(fleet()))}


@cache
def of_chats() -> dict[str, Board]:
    lower = CHAT.replace("NAME", "chat-b").replace("family: extended", "family: extended, host_label: hostname")
    return boards(CHAT.replace("NAME", "chat-a"), lower)


def _boards(files: dict[str, str]) -> list[Board]:
    return [json.loads(text) for name, text in files.items() if name.endswith(".json")]


def graphs(board: Board) -> Iterator[Board]:
    for panel in board["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", [])


def panel(board: Board, title: str) -> Board:
    return next(item for item in graphs(board) if item["title"] == title)


def lines(item: Board) -> list[tuple[float, str]]:
    steps = item["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return [(step["value"], step["color"]) for step in steps if step["value"] is not None]
