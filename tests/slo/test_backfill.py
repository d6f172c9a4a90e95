"""The files by which promtool works out an SLO's past; that the budget is right afterwards is in test_accuracy.py."""

import re
from pathlib import Path
from typing import Any

import yaml

from mlmon.targets.prometheus import render
from mlmon.targets.prometheus.backfill import backfill
from tests.support.compiled import HEAD, RUNTIME, plan_of

SPEC = f"""{HEAD}{RUNTIME}slos:
  - {{name: availability, objective: 99.9%, calendar: month, slice: {{length: 5m, objective: 99%}}}}
  - {{name: latency, objective: 99%, threshold: 500ms}}
  - {{name: quality, signal: confidence, min: 0.85, objective: 95%}}
"""
RECORDED = r"\b(?:slo|service):mlmon_\w+:\w+"


def files(folder: Path) -> dict[str, list[dict[str, Any]]]:
    made = backfill(plan_of(folder, SPEC))
    return {path: yaml.safe_load(text)["groups"][0]["rules"] for path, text in made.items()}


def test_every_slo_has_files_of_its_own_in_the_order_of_their_passes(tmp_path: Path) -> None:
    assert sorted(files(tmp_path)) == [
        "prometheus/backfill/1-counts/fraud-availability.rules.yaml",
        "prometheus/backfill/1-counts/fraud-latency.rules.yaml",
        "prometheus/backfill/1-counts/fraud-quality.rules.yaml",
        "prometheus/backfill/2-slices/fraud-availability.rules.yaml",
        "prometheus/backfill/3-sums/fraud-availability.rules.yaml",
        "prometheus/backfill/3-sums/fraud-latency.rules.yaml",
        "prometheus/backfill/3-sums/fraud-quality.rules.yaml",
    ]


def test_a_pass_reads_what_passes_before_it_have_recorded_and_nothing_else(tmp_path: Path) -> None:
    """promtool sees no result of its own run; a sum or a fallback of the same pass would be empty."""
    known: dict[str, set[str]] = {}
    for path, rules in sorted(files(tmp_path).items()):
        slo, made = path.rpartition("/")[2], {rule["record"] for rule in rules}
        needed = {name for rule in rules for name in re.findall(RECORDED, _without_optional(rule["expr"]))}
        assert needed <= known.setdefault(slo, set()), path
        known[slo] |= made


def _without_optional(expr: str) -> str:
    """Leave out what may be missing: zeros where there are no errors, and chunks made before."""
    return re.sub(r"\nor\n0 \* .*|.* and last_over_time\(slo:mlmon_\w+:chunk5m.*\n", "", expr)


def test_files_record_what_the_rules_record_under_the_same_labels(tmp_path: Path) -> None:
    text = render(plan_of(tmp_path, SPEC))["prometheus/fraud.rules.yaml"]
    live = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"] if "record" in rule]
    known = {(rule["record"], *rule["labels"].items()) for rule in live}
    found = {(rule["record"], *rule["labels"].items()) for rules in files(tmp_path).values() for rule in rules}
    assert found <= known
    assert len(found) == 3 * 4 + 2 + 1


def test_what_prometheus_cannot_see_has_no_file(tmp_path: Path) -> None:
    spec = f"{HEAD}runtimes:\n  - {{preset: sagemaker-endpoint, endpoint: e, variant: v}}\n"
    assert backfill(plan_of(tmp_path, f"{spec}slos:\n  - {{name: availability, objective: 99.9%}}\n")) == {}
