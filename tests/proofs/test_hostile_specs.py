"""Whatever a spec holds, its tests are files that promtool reads, and its alerts are proven."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlmon.diagnostics import Severity
from mlmon.plan.model import Plan
from mlmon.proving.known import Known
from mlmon.proving.run import Prover
from mlmon.remembered import Kept
from mlmon.targets import prometheus
from mlmon.targets.proofs import proof_files, unproven
from mlmon.targets.proofs.files import files
from mlmon.tools.executables import Name, Tool
from tests.support.compiled import built

HOSTILE = ['"', "'", "\\", "{{ $value }}", "}", "${x}", "%{y}", "#", "\u00fc", "\U0001f389", "<b>", "`", "|", ": ", " "]
texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text("abcxyz019._-", min_size=1, max_size=5)), min_size=1).map(
    lambda parts: "x" + "".join(parts[:8]) + "x"
)
minutes = st.integers(1, 90)
SHOWN = ("HighErrorRatio", "HighLatencyP99", "QueueBuildingUp", "Own")


def spec(texts_: tuple[str, str, str, str], waits: tuple[int, int], ratio: Decimal, latency: Decimal) -> dict[str, Any]:
    job, path, model, summary = texts_
    return {
        "apiVersion": "mlmon/v1",
        "kind": "Service",
        "metadata": {"name": "fraud", "team": "ml", "description": summary},
        "model": {"name": model},
        "runtimes": [{"preset": "prometheus-client", "selector": {"job": job, "path": path}}],
        "thresholds": {
            "error_ratio": {"page": f"{ratio * 100:f}%"},
            "latency_p99": {"page": f"{latency:f}s"},
        },
        "alerts": {
            "HighErrorRatio": {"for": f"{waits[0]}m"},
            "HighLatencyP99": {"for": f"{waits[1]}m"},
            "Own": {
                "expr": f"max(own{{a={json.dumps(job, ensure_ascii=False)}}}) > 1",
                "severity": "page",
                "layer": "model",
                "summary": summary,
                "description": path,
                "tests": [
                    {
                        "series": [{"series": f"own{{a={json.dumps(job, ensure_ascii=False)}}}", "values": "2x20"}],
                        "at": "10m",
                        "fires": True,
                    }
                ],
            },
        },
    }


def compiled(given_: dict[str, Any]) -> tuple[Plan, dict[str, str]]:
    with TemporaryDirectory() as folder:
        made = built(Path(folder), yaml.safe_dump(given_, allow_unicode=True, width=10_000))
    assert [finding for finding in made.findings if finding.severity is Severity.ERROR] == []
    assert made.plan is not None
    return made.plan, prometheus.render(made.plan)


ratios = st.decimals("0.002", "0.9", places=3)
latencies = st.decimals("0.02", "4.5", places=2)


@settings(max_examples=20, deadline=None)
@given(st.tuples(texts, texts, texts, texts), st.tuples(minutes, minutes), ratios, latencies)
def test_the_generated_tests_are_yaml_and_come_back_equal(
    some: tuple[str, str, str, str], waits: tuple[int, int], ratio: Decimal, latency: Decimal
) -> None:
    plan, _ = compiled(spec(some, waits, ratio, latency))
    assert unproven(plan) == []
    for file in proof_files(plan):
        read = yaml.safe_load(file.text)
        series = [entry["series"] for test in read["tests"] for entry in test["input_series"]]
        assert series == [key for timeline in file.timelines for proof in timeline for key in proof.series]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(texts, texts, texts, texts), st.tuples(minutes, minutes), ratios, latencies)
def test_promtool_finds_them_proven(
    tmp_path: Path,
    require_tool: Callable[[str], str],
    some: tuple[str, str, str, str],
    waits: tuple[int, int],
    ratio: Decimal,
    latency: Decimal,
) -> None:
    plan, rules = compiled(spec(some, waits, ratio, latency))
    chosen = [proof for file in proof_files(plan) for proof in file.proofs if proof.alert.name in SHOWN]
    assert {proof.alert.name for proof in chosen} == set(SHOWN)
    tool = Tool(Name.PROMTOOL, Path(require_tool("promtool")))
    prover = Prover(tool, "", rules, Known(Kept(tmp_path)), jobs=2, again=True)
    results = prover.prove(files(plan.services[0], chosen))
    assert [(one.proof.alert.id, one.failures, one.trouble) for one in results if not one.passed] == []
