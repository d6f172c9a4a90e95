"""One number, one change: a threshold in a spec moves the rule, the alarm, the panel's line and the runbook, only.

The generated tests move with it, since they show what happens on either side of the number.
"""

import difflib
import shutil
from pathlib import Path

import pytest

from mlmon.compiler import compile_workspace

ROOT = Path(__file__).parent.parent


def compiled(folder: Path, old: str = "", new: str = "") -> dict[str, str]:
    """The example project, with a change in fraud-detector's spec."""
    shutil.copytree(ROOT / "specs", folder / "specs")
    shutil.copy(ROOT / "mlmon.yaml", folder)
    spec = folder / "specs" / "fraud-detector.yaml"
    text = spec.read_text(encoding="utf-8")
    assert old in text
    spec.write_text(text.replace(old, new), encoding="utf-8")
    made = compile_workspace(folder)
    assert made.findings == ()
    return made.files


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return compiled(tmp_path_factory.mktemp("before"))


def changes(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """Changed lines by file, with their sign."""
    assert before.keys() == after.keys()
    return {
        name: [
            line[0] + line[1:].strip()
            for line in difflib.unified_diff(before[name].splitlines(), after[name].splitlines(), lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))
        ]
        for name in before
        if before[name] != after[name] and not name.startswith("tests/")
    }


@pytest.fixture(scope="module")
def found(before: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    after = compiled(tmp_path_factory.mktemp("after"), "latency_p99: {page: 1s,", "latency_p99: {page: 800ms,")
    return changes(before, after)


def test_a_threshold_changes_every_artefact_of_its_alert_and_no_other(found: dict[str, list[str]]) -> None:
    assert set(found) == {
        "prometheus/fraud-detector.rules.yaml",
        "cloudwatch/fraud-detector.tf",
        "grafana/dashboards/mlmon-fraud-detector.json",
        "grafana/dashboards/mlmon-model-quality.json",
        "runbooks/fraud-detector/HighLatencyP99.md",
        "runbooks/fraud-detector/README.md",
        # The rules once more, in the objects of Kubernetes and in Mimir's form.
        "collection/kubernetes/google-managed-prometheus/clusterrules-fraud-detector.yaml",
        "collection/kubernetes/operator/prometheusrule-fraud-detector.yaml",
        "collection/mimir/fraud-detector.yaml",
        # A histogram can only tell what is beyond a number that is one of its bounds.
        "instrumentation/fraud_detector.py",
    }


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("prometheus/fraud-detector.rules.yaml", "+expr: service:mlmon_latency_seconds:p99_rate5m", "> 0.8"),
        ("cloudwatch/fraud-detector.tf", "+threshold", "800000"),
        ("cloudwatch/fraud-detector.tf", '+{ label = "HighLatencyP99 page"', "0.8 },"),
        ("grafana/dashboards/mlmon-fraud-detector.json", '+"value": 0.8', ""),
        ("runbooks/fraud-detector/HighLatencyP99.md", "+", "800ms"),
    ],
)
def test_the_new_number_stands_in_each(found: dict[str, list[str]], name: str, start: str, end: str) -> None:
    assert any(line.startswith(start) and end in line for line in found[name])


def test_every_changed_line_is_about_the_threshold(found: dict[str, list[str]]) -> None:
    old_and_new = ("1s", "800ms", "> 1", "0.8", "1000000", "800000", '"value": 1', "value = 1")
    # The panel's axis reaches as far as its line, and the histogram's bounds hold the number.
    old_and_new += ('"axisSoftMax"', "buckets=[")
    lines = [line for lines in found.values() for line in lines]
    assert [line for line in lines if not any(number in line for number in old_and_new)] == []
