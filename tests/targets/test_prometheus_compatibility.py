"""SLOs under the names of sloth and pyrra: off by default, accepted by promtool, and the same numbers as mlmon's."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from mlmon.targets import prometheus
from tests.support.compiled import HEAD, PROJECT, RUNTIME, plan_of

BOTH = "  prometheus: {scrape_interval: 1m, evaluation_interval: 1m, compatibility: [sloth, pyrra]}\n"
SLOS = """\
slos:
  - {name: availability, objective: 99%, window: 7d}
  - {name: by-version, indicator: availability, objective: 99.5%, group_by: [version]}
  - {name: monthly, indicator: availability, objective: 99.9%, calendar: month}
  - {name: freshness, objective: 95%, max_age: 7d}
"""


def rules(folder: Path, extra: str = BOTH) -> list[dict[str, Any]]:
    made = plan_of(folder, f"{HEAD}{RUNTIME}{SLOS}", project=PROJECT + extra)
    found = yaml.safe_load(prometheus.render(made)["prometheus/fraud.rules.yaml"])["groups"]
    return [group for group in found if "-slo-" in group["name"]]


def of_tool(groups: list[dict[str, Any]], slo: str, tool: str) -> list[dict[str, Any]]:
    return next(group["rules"] for group in groups if group["name"] == f"fraud-slo-{slo}:{tool}")


def test_nothing_is_recorded_unless_asked_for(tmp_path: Path) -> None:
    names = [rule["record"] for group in rules(tmp_path, "") for rule in group["rules"]]
    assert names
    assert [name for name in names if "mlmon" not in name] == []


def test_sloth_has_all_series_and_labels(tmp_path: Path) -> None:
    found = {rule["record"]: rule["labels"] for rule in of_tool(rules(tmp_path), "availability", "sloth")}
    windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "7d"]
    assert list(found) == [
        *(f"slo:sli_error:ratio_rate{window}" for window in windows),
        "slo:objective:ratio",
        "slo:error_budget:ratio",
        "slo:time_period:days",
        "slo:current_burn_rate:ratio",
        "slo:period_burn_rate:ratio",
        "slo:period_error_budget_remaining:ratio",
        "sloth_slo_info",
    ]
    same = {"sloth_id": "fraud-availability", "sloth_service": "fraud", "sloth_slo": "availability"}
    assert all(same.items() <= labels.items() for labels in found.values())
    assert [found[f"slo:sli_error:ratio_rate{window}"]["sloth_window"] for window in windows] == windows
    assert found["sloth_slo_info"]["sloth_objective"] == "99"


def test_what_prometheus_does_not_have_is_not_recorded(tmp_path: Path) -> None:
    spec = f"{HEAD}runtimes:\n  - {{preset: sagemaker-endpoint, endpoint: e, variant: v}}\n"
    made = plan_of(tmp_path, f"{spec}slos:\n  - {{name: availability, objective: 99%}}\n", project=PROJECT + BOTH)
    assert prometheus.render(made) == {}


def test_a_calendar_month_is_shown_as_thirty_days(tmp_path: Path) -> None:
    sloth = {rule["record"]: rule["expr"] for rule in of_tool(rules(tmp_path), "monthly", "sloth")}
    assert "increasemonth" in sloth["slo:sli_error:ratio_rate30d"]
    assert sloth["slo:time_period:days"] == "vector(30)"


def test_windows_that_no_tier_records_are_added_up(tmp_path: Path) -> None:
    sloth = {rule["record"]: rule["expr"] for rule in of_tool(rules(tmp_path), "freshness", "sloth")}
    assert "slo:mlmon_errors:increase1m" in sloth["slo:sli_error:ratio_rate5m"]
    assert "slo:mlmon_errors:chunk5m" in sloth["slo:sli_error:ratio_rate1d"]
    assert sloth["slo:sli_error:ratio_rate3d"] == 'slo:mlmon_error_ratio:increase3d{service="fraud",slo="freshness"}'


def test_promtool_accepts_them_and_the_values_are_mlmons(tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    promtool, groups = require_tool("promtool"), rules(tmp_path)
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    check = subprocess.run(
        [promtool, "check", "rules", "rules.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr
    groups = [group for group in groups if group["name"].startswith(("fraud-slo-availability", "fraud-slo-by-version"))]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    # 60 requests a minute and version, of which 3 are bad in v1 and none in v2.
    one = 'job="fraud",instance="a:1",model_version="v1"'
    two = 'job="fraud",instance="a:1",model_version="v2"'
    inputs = {
        f'ml_inference_requests_total{{{one},status="success"}}': "0+57x100",
        f'ml_inference_requests_total{{{one},status="error"}}': "0+3x100",
        f'ml_inference_requests_total{{{two},status="success"}}': "0+60x100",
        'up{job="fraud",instance="a:1"}': "1x100",
    }
    sloth = '{sloth_id="fraud-availability"}'
    by_version = '{sloth_id="fraud-by-version"}'
    values = {
        f"round(slo:sli_error:ratio_rate5m{sloth}, 0.0001)": 0.025,
        f"round(slo:sli_error:ratio_rate2h{sloth}, 0.0001)": 0.025,
        f"round(slo:sli_error:ratio_rate1d{sloth}, 0.0001)": 0.025,
        f"round(slo:sli_error:ratio_rate7d{sloth}, 0.0001)": 0.025,
        f"slo:objective:ratio{sloth}": 0.99,
        f"slo:error_budget:ratio{sloth}": 0.01,
        f"slo:time_period:days{sloth}": 7,
        f"round(slo:current_burn_rate:ratio{sloth}, 0.001)": 2.5,
        f"round(slo:period_burn_rate:ratio{sloth}, 0.001)": 2.5,
        f"round(slo:period_error_budget_remaining:ratio{sloth}, 0.001)": -1.5,
        f"sloth_slo_info{sloth}": 1,
        f"count(slo:sli_error:ratio_rate1h{by_version})": 2,
        'round(slo:sli_error:ratio_rate1h{sloth_id="fraud-by-version",model_version="v1"}, 0.0001)': 0.05,
        'pyrra_objective{slo="fraud-availability"}': 0.99,
        'pyrra_window{slo="fraud-availability"}': 604800,
        'round(pyrra_availability{slo="fraud-availability"}, 0.0001)': 0.975,
        'round(pyrra_requests:rate5m{slo="fraud-availability"}, 0.0001)': 2,
        'round(pyrra_errors:rate5m{slo="fraud-availability"}, 0.0001)': 0.05,
        'round(pyrra_availability{slo="fraud-by-version"}, 0.0001)': 0.975,
        'round(pyrra_requests:rate5m{slo="fraud-by-version"}, 0.0001)': 2,
    }
    content = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "group_eval_order": [group["name"] for group in groups],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": text} for name, text in inputs.items()],
                "promql_expr_test": [
                    {"expr": f"sum({expr})", "eval_time": "95m", "exp_samples": [{"labels": "{}", "value": value}]}
                    for expr, value in values.items()
                ],
            }
        ],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    run = subprocess.run(
        [promtool, "test", "rules", "test.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
