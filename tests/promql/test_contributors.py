"""The top contributors of an SLO: labels that have bounds, queries that Prometheus answers with the right part."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

from mlmon.plan.slo import Slo
from mlmon.promql.contributors import contributors
from mlmon.units import Duration
from tests.support.compiled import HEAD, RUNTIME, plan_of

HOUR = Duration.of("1h")
SLOS = """\
slos:
  - {name: availability, objective: 99%}
  - {name: latency, objective: 99%, threshold: 500ms}
  - {name: freshness, objective: 95%, max_age: 7d}
  - name: answers
    indicator: events
    objective: 99%
    total: 'answers_total{job="fraud"}'
    good: 'answers_total{job="fraud",ok="true"}'
  - {name: elsewhere, indicator: ratio, objective: 99%, ratio: some_ratio}
  - {name: by-version, indicator: availability, objective: 99%, group_by: [version]}
"""


def slos(folder: Path) -> dict[str, Slo]:
    return {slo.name: slo for slo in plan_of(folder, f"{HEAD}{RUNTIME}{SLOS}").services[0].slos}


def test_bad_events_are_told_apart_by_version_and_instance(tmp_path: Path) -> None:
    selected = 'ml_inference_requests_total{job="fraud",status="error"}[1h]'
    assert contributors(slos(tmp_path)["availability"], HOUR) == [
        ("version", f"topk(5, sum by (model_version) (increase({selected})) > 0)"),
        ("instance", f"topk(5, sum by (instance) (increase({selected})) > 0)"),
    ]


def test_parts_of_a_group_keep_the_group(tmp_path: Path) -> None:
    labels, queries = zip(*contributors(slos(tmp_path)["by-version"], HOUR), strict=True)
    assert labels == ("version", "instance")
    assert "sum by (model_version) (" in queries[0]
    assert "sum by (model_version, instance) (" in queries[1]


def test_nobody_knows_the_parts_of_a_ratio(tmp_path: Path) -> None:
    assert contributors(slos(tmp_path)["elsewhere"], HOUR) == []


def test_prometheus_finds_the_part_that_is_bad(tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    made, name = slos(tmp_path), "ml_inference_latency_seconds"

    def at(instance: str, **more: str) -> str:
        labels = {"job": "fraud", "instance": instance, "model_version": f"v-{instance}", **more}
        return "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}"

    # Instance b is the bad one in everything.
    inputs = {
        f"ml_inference_requests_total{at('a', status='error')}": "0+1x90",
        f"ml_inference_requests_total{at('b', status='error')}": "0+7x90",
        f"{name}_count{at('a')}": "0+60x90",
        f"{name}_bucket{at('a', le='0.5')}": "0+59x90",
        f"{name}_count{at('b')}": "0+60x90",
        f"{name}_bucket{at('b', le='0.5')}": "0+53x90",
        f"model_created_timestamp_seconds{at('a')}": "3000x90",
        f"model_created_timestamp_seconds{at('b')}": "600x90",
        f"answers_total{at('a', ok='true')}": "0+59x90",
        f"answers_total{at('a', ok='false')}": "0+1x90",
        f"answers_total{at('b', ok='false')}": "0+7x90",
    }
    expected = {"availability": 420, "latency": 420, "freshness": 4800, "answers": 420}
    tests = []
    for slo, value in expected.items():
        query = dict(contributors(made[slo], HOUR))["instance"]
        worst = [{"labels": '{instance="b"}', "value": value}]
        tests.append({"expr": f"round(topk(1, {query}))", "eval_time": "90m", "exp_samples": worst})
    content = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values} for series, values in inputs.items()],
                "promql_expr_test": tests,
            }
        ],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    command = [require_tool("promtool"), "test", "rules", "test.yaml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
