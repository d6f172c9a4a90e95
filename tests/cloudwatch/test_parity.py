"""The same incident pages through Prometheus and through CloudWatch, and a healthy hour through neither."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.alarms.composite import composite_states
from mlmon.alarms.evaluate import Minutes, states
from mlmon.targets import prometheus
from mlmon.targets.cloudwatch.alarm import CompositeAlarm, MetricAlarm
from mlmon.targets.cloudwatch.composite import children
from mlmon.targets.cloudwatch.fleet import module
from mlmon.targets.cloudwatch.watched import decides, watched
from tests.support.fleet import fleet

BUCKETS = (0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
SELECTED = 'job="custom-ml-servers",app="fraud-detector",instance="a:80",model_version="1"'
SCRAPES = 4
"""In a minute."""


@dataclass(frozen=True)
class Minute:
    """What happened in a minute: all requests, how many failed, and how long the answers took, with how many each."""

    requests: int
    failed: int = 0
    seconds: tuple[tuple[float, int], ...] = ()


USUAL = Minute(400, 0, ((0.08, 400),))
INCIDENTS: dict[str, tuple[str, tuple[tuple[str, str], ...], list[Minute], bool]] = {
    "errors": (
        "HighErrorRatio-page", (("alertname", "HighErrorRatio"), ("severity", "page")),
        [USUAL] * 20 + [Minute(400, 20, ((0.08, 400),))] * 16, True,
    ),
    "few errors": (
        "HighErrorRatio-page", (("alertname", "HighErrorRatio"), ("severity", "page")),
        [USUAL] * 20 + [Minute(800, 4, ((0.08, 800),))] * 16, False,
    ),
    "slow": (
        "HighLatencyP99-page", (("alertname", "HighLatencyP99"), ("severity", "page")),
        [USUAL] * 20 + [Minute(400, 0, ((0.08, 380), (3.0, 20)))] * 20, True,
    ),
    "a few slow ones": (
        "HighLatencyP99-page", (("alertname", "HighLatencyP99"), ("severity", "page")),
        [USUAL] * 20 + [Minute(800, 0, ((0.08, 796), (3.0, 4)))] * 20, False,
    ),
    "the budget burns": (
        "ErrorBudgetBurn-availability-page-fast", (("alertname", "ErrorBudgetBurn"), ("burn_tier", "page-fast")),
        [USUAL] * 45 + [Minute(400, 80, ((0.08, 400),))] * 15, True,
    ),
    "the budget burnt, and does no longer": (
        "ErrorBudgetBurn-availability-page-fast", (("alertname", "ErrorBudgetBurn"), ("burn_tier", "page-fast")),
        [USUAL] * 30 + [Minute(400, 80, ((0.08, 400),))] * 15 + [USUAL] * 15, False,
    ),
    "a healthy hour": (
        "ErrorBudgetBurn-availability-page-fast", (("alertname", "ErrorBudgetBurn"), ("burn_tier", "page-fast")),
        [Minute(4000, 4, ((0.08, 4000),))] * 60, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("incident", INCIDENTS)
def test_cloudwatch(incident: str) -> None:
    name, _, minutes, fires = INCIDENTS[incident]
    alarm = alarms()[f"acme-ml-fraud-detector-{name}"]
    if isinstance(alarm, MetricAlarm):
        found = states(watched(alarm), read(alarm, minutes))
    else:
        parts = [part for part in children(alarm.rule) if isinstance(part, MetricAlarm)]
        found = composite_states(
            decides(alarm.rule), {part.name: states(watched(part), read(part, minutes)) for part in parts}
        )
    assert (found[-1] == "ALARM") is fires


@cache
def alarms() -> dict[str, MetricAlarm | CompositeAlarm]:
    made = module(fleet())
    assert made is not None
    return {alarm.name: alarm for service in made.services for alarm in service.all_alarms}


def read(alarm: MetricAlarm, minutes: list[Minute]) -> dict[str, Minutes]:
    """The samples that the alarm's metrics would hold."""
    metrics = {query.id: query.metric.metric for query in alarm.metric_queries if query.metric} or {"m": alarm.metric}
    return {name: [_samples(metric, minute) for minute in minutes] for name, metric in metrics.items()}


def _samples(metric: str, minute: Minute) -> list[float]:
    if metric == "ModelLatency":  # in microseconds
        return [1e6 * seconds for seconds, count in minute.seconds for _ in range(count)]
    return [float({"Invocations": minute.requests, "Invocation5XXErrors": minute.failed}[metric])]


def test_prometheus(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    rules = yaml.safe_load(prometheus.render(fleet())["prometheus/fraud-detector.rules.yaml"])
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(_concerned(rules)), encoding="utf-8")
    tests = [_unit_test(name, labels, minutes, fires) for name, (_, labels, minutes, fires) in INCIDENTS.items()]
    data = {"rule_files": ["rules.yaml"], "evaluation_interval": "30s", "tests": tests}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    outcome = subprocess.run(
        [require_tool("promtool"), "test", "rules", "test.yaml"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def _concerned(file: dict[str, Any]) -> dict[str, Any]:
    """Only the alerts in question and what they read: all rules of the service would take promtool half a minute."""
    groups = file["groups"]
    everything = [
        rule
        for group in groups
        for rule in group["rules"]
        if rule.get("labels", {}).get("slo", "availability") == "availability"
    ]
    wanted = [set(labels) for _, labels, _, _ in INCIDENTS.values()]
    kept = [
        rule
        for rule in everything
        if "alert" in rule and any(some <= {*rule["labels"].items(), ("alertname", rule["alert"])} for some in wanted)
    ]
    for rule in kept:
        kept += [other for other in everything if other not in kept and other.get("record", "?") in rule["expr"]]
    return {"groups": [group | {"rules": [rule for rule in group["rules"] if rule in kept]} for group in groups]}


def _unit_test(name: str, labels: tuple[tuple[str, str], ...], minutes: list[Minute], fires: bool) -> dict[str, Any]:
    matchers = ",".join(f'{key}="{value}"' for key, value in labels)
    slo = 'slo="availability",' if ("alertname", "ErrorBudgetBurn") in labels else ""
    expression = f'count(ALERTS{{{slo}{matchers},alertstate="firing"}})'
    return {
        "name": name,
        "interval": "15s",
        "input_series": _series(minutes),
        "promql_expr_test": [
            {
                "expr": expression,
                "eval_time": f"{len(minutes)}m",
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
        ],
    }


def _series(minutes: list[Minute]) -> list[dict[str, str]]:
    counters = {
        f'ml_inference_requests_total{{{SELECTED},status="success"}}': [
            item.requests - item.failed for item in minutes
        ],
        f'ml_inference_requests_total{{{SELECTED},status="error"}}': [item.failed for item in minutes],
        f"ml_inference_latency_seconds_count{{{SELECTED}}}": [item.requests for item in minutes],
    }
    for bound in (*BUCKETS, float("inf")):
        le = "+Inf" if bound == float("inf") else f"{bound:g}"
        counts = [sum(count for seconds, count in item.seconds if seconds <= bound) for item in minutes]
        counters[f'ml_inference_latency_seconds_bucket{{{SELECTED},le="{le}"}}'] = counts
    up = {'up{job="custom-ml-servers",app="fraud-detector",instance="a:80"}': [1] * (SCRAPES * len(minutes) + 1)}
    return [
        {"series": name, "values": " ".join(map(str, values))}
        for name, values in ({name: _scraped(counts) for name, counts in counters.items()} | up).items()
    ]


def _scraped(counts: list[int]) -> list[int]:
    values = [0]
    for count in counts:
        values += [values[-1] + count * scrape // SCRAPES for scrape in range(1, SCRAPES + 1)]
    return values
