"""A rule that does not do what its threshold says fails `mlmon test`, and is never written by `mlmon generate`."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mlmon.cli import app
from tests.support.compiled import HEAD, RUNTIME
from tests.support.proving import RULES, damaged, of_rule, workspace

OWN = """\
alerts:
  ErrorsWhileServing:
    expr: sum by (job) (rate(errors_total[5m])) > 1 and sum by (job) (rate(requests_total[5m])) > 1
    severity: page
    layer: application
    summary: errors while requests are served
    for: 5m
    tests:
      - series:
          - {series: 'errors_total{job="a"}', values: 0+120x40}
          - {series: 'requests_total{job="a"}', values: 0+600x40}
        at: 30m
        fires: true
"""
SLO = "slos:\n  - {name: availability, objective: 99.9%}\n"
P99 = "service:mlmon_latency_seconds:p99_rate5m"
BEYOND = "it fires just beyond the threshold"
SHORT = "it is silent just short of the threshold"
GUARDED = "it is silent as long as there are few bad events"
WAITING = "it does not fire one evaluation before `for` is over"
TEXTS = "it fires with these labels and annotations"


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def unmatched(text: str) -> str:
    """Join an alert with a series that has other labels."""
    return re.sub(r"(?m)^    expr: (.*)$", r"    expr: \1 and on (instance) up", text)


BROKEN: dict[str, tuple[str, str, Callable[[str], str], str]] = {
    "a threshold that is a little too high": ("HighErrorRatio", "HighErrorRatio", swap("> 0.05", "> 0.0525"), BEYOND),
    "a threshold that is a little too low": ("HighErrorRatio", "HighErrorRatio", swap("> 0.05", "> 0.0475"), SHORT),
    "fewer errors than are asked for": ("HighErrorRatio", "HighErrorRatio", swap(">= 5", ">= 4.85"), GUARDED),
    "more errors than are asked for": ("HighErrorRatio", "HighErrorRatio", swap(">= 5", ">= 5.15"), BEYOND),
    "too many errors rather than too few": ("HighErrorRatio", "HighErrorRatio", swap(">= 5", "< 5"), BEYOND),
    "errors that are not counted": ("HighErrorRatio", "HighErrorRatio", swap("and on ()", "or on ()"), SHORT),
    "sides of `and` that never match": ("QueueBuildingUp", "QueueBuildingUp", unmatched, BEYOND),
    "buckets that are summed without `le`": (P99, "HighLatencyP99", swap("sum by (le)", "sum by (job)"), BEYOND),
    "a metric that does not exist": (P99, "HighLatencyP99", swap("_bucket{", "_buckets{"), BEYOND),
    "a `for` that is too long": ("HighErrorRatio", "HighErrorRatio", swap("for: 5m", "for: 10m"), BEYOND),
    "a `for` that is too short": ("HighErrorRatio", "HighErrorRatio", swap("for: 5m", "for: 1m"), WAITING),
    "another annotation": ("HighErrorRatio", "HighErrorRatio", swap("humanizePercentage", "humanize"), TEXTS),
    "a label that routes it elsewhere": ("HighErrorRatio", "HighErrorRatio", swap("team: ml", "team: nobody"), TEXTS),
}
"""The rule that is damaged and how, the alert that is to be named, and the step that does not hold."""


@pytest.fixture(autouse=True, scope="module")
def remembered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is not damaged is run once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("COLUMNS", "400")
        yield


def run(*arguments: str, root: Path) -> Result:
    return CliRunner().invoke(app, [*arguments, "--root", str(root)])


def findings(root: Path) -> list[dict[str, str]]:
    result = run("test", "--changed", "--format", "json", root=root)
    assert result.exit_code == 1, result.output
    found: list[dict[str, str]] = json.loads(result.stdout)["findings"]
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_caught_and_named_with_the_line_of_its_spec(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_tool: Callable[[str], str]
) -> None:
    require_tool("promtool")
    rule, alert, change, step = BROKEN[name]
    root = workspace(tmp_path / "work")
    damaged(monkeypatch, RULES, of_rule(rule, change))
    found = findings(root)
    assert {item["rule"] for item in found} == {"alert-proof"}
    assert all(item["message"].startswith(f"{alert} (") for item in found)
    assert any(f"not proven that {step}" in item["message"] for item in found)
    assert {item["path"] for item in found} == {"specs/fraud.yaml"}
    assert all(int(item["line"]) >= 1 for item in found)


def test_generate_writes_nothing_that_it_could_not_make_fire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_tool: Callable[[str], str]
) -> None:
    require_tool("promtool")
    root = workspace(tmp_path / "work")
    damaged(monkeypatch, RULES, of_rule("HighErrorRatio", swap("> 0.05", "> 0.06")))
    result = run("generate", root=root)
    assert result.exit_code == 1
    assert "specs/fraud.yaml:" in result.output
    assert "HighErrorRatio (page): not proven that it fires just beyond the threshold" in result.output
    assert "nothing was written" in result.output
    assert not (root / "generated").exists()


def test_the_given_case_of_an_own_expression_fails_where_the_sides_of_and_never_match(
    tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    require_tool("promtool")
    good = workspace(tmp_path / "good", HEAD + RUNTIME + OWN)
    assert run("test", "--changed", root=good).exit_code == 0
    broken = OWN.replace("sum by (job) (rate(requests_total", "sum by (instance) (rate(requests_total")
    root = workspace(tmp_path / "work", HEAD + RUNTIME + broken)
    (found,) = findings(root)
    assert found["message"].startswith(
        "ErrorsWhileServing (page): not proven that it does what the spec's own test says"
    )
    assert found["advice"] == "correct `expr`, or the case under `tests`"
    generated = run("generate", root=root)
    assert generated.exit_code == 1
    assert "ErrorsWhileServing" in generated.output
    assert not (root / "generated").exists()


COUNTING: dict[str, Callable[[str], str]] = {
    "restarts that are not noticed": swap("or max_over_time(ml_", "or 0 * max_over_time(ml_"),
    "half an hour that became an hour": swap("[30m] offset 40s", "[1h] offset 40s"),
    "errors that are unknown before the first one": swap("0 * sum(slo:mlmon_events", "0 * sum(slo:mlmon_event"),
    "events of the last ten seconds": swap("offset 10s", "offset 5s"),
    "new targets that count from zero": swap("unless on (job, instance)", "and on (job, instance)"),
}


@pytest.mark.parametrize("name", COUNTING)
def test_an_slo_that_counts_otherwise_is_caught(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_tool: Callable[[str], str]
) -> None:
    require_tool("promtool")
    root = workspace(tmp_path / "work", HEAD + RUNTIME + SLO)
    damaged(monkeypatch, RULES, COUNTING[name])
    assert any("its SLO counts events and bad events exactly" in item["message"] for item in findings(root))
