"""The imitation sends alerts where amtool says that Alertmanager sends them."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from routing_cases import config, config_text, known

from mlmon.routing.config import read
from mlmon.routing.tree import paths

Asked = Callable[[Path, Mapping[str, str]], list[str]]

ODD = """\
route:
  receiver: root
  group_by: ['...']
  routes:
  - {matchers: ['a="1"'], receiver: first, continue: true}
  - matchers: ['a=~"1|2"']
    receiver: second
    routes:
    - {matchers: ['b!=""'], receiver: third, continue: true}
    - {matchers: ['b!~"x.*"', 'c="\\"\\\\"'], receiver: fourth}
  - {matchers: ['a="1"'], receiver: fifth}
receivers: [{name: root}, {name: first}, {name: second}, {name: third}, {name: fourth}, {name: fifth}]
"""


@pytest.fixture(scope="module")
def ask(require_tool: Callable[[str], str]) -> Asked:
    path = require_tool("amtool")

    def run(file: Path, labels: Mapping[str, str]) -> list[str]:
        escaped = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in labels.items()}
        matchers = [f'{name}="{value}"' for name, value in escaped.items()]
        command = [path, "config", "routes", "test", f"--config.file={file}", *matchers]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        return outcome.stdout.strip().split(",")

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("routes")
    written = {"fleet": config_text(), "odd": ODD}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "templates").mkdir()
    return {name: folder / name for name in written}


def reached(text: str, labels: Mapping[str, str]) -> list[str]:
    return [path[-1].receiver for path in paths(read(text).route, labels)]


def test_every_alert_of_the_fleet(ask: Asked, files: dict[str, Path]) -> None:
    # The routes read these labels and no other: one call for all alerts that have them in common.
    read_by_routes = ("team", "service", "severity")
    kinds = {tuple(alert.label[name] for name in read_by_routes): alert for alert in known()}
    assert len(kinds) > 8
    for alert in kinds.values():
        told = [path[-1].receiver for path in paths(config().route, alert.label)]
        assert len(told) == 1
        assert ask(files["fleet"], alert.label) == told, alert.name


VALUES = {
    "team": ["", "ml-risk", "ML-risk", "conversational-ai", "data-science", "nobody"],
    "severity": ["", "page", "ticket", "info", "page|ticket"],
    "service": ["", "fraud-detector", "support-chat"],
    "a": ["", "1", "2", "12"],
    "b": ["", "x", "xy", "y"],
    "c": ["", '"\\', "é"],
}


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["fleet", "odd"]),
    labels=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}),
)
def test_any_labels(ask: Asked, files: dict[str, Path], name: str, labels: dict[str, str]) -> None:
    filled = {label: value for label, value in labels.items() if value} | {"alertname": "Any"}
    told = reached(files[name].read_text(encoding="utf-8"), filled)
    # amtool names a receiver once, whichever routes lead to it.
    assert ask(files[name], filled) == list(dict.fromkeys(told))
