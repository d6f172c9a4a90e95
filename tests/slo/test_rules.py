"""What the rules of an SLO record, sample by sample, in promtool: scrapes of 15 s, evaluations of 30 s."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.plan.model import Plan
from mlmon.plan.signals import Matcher, PrometheusBinding, Series, Signal
from mlmon.promql.increments import increment, steps
from mlmon.promql.slo import ERRORS_CHUNK, chunk
from mlmon.targets.prometheus import render
from mlmon.units import Duration
from tests.support.slo_history import plan
from tests.support.unit_tests import Case, Check, failures

SPEC = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: fraud, team: ml, description: Made up.}
runtimes:
  - {preset: prometheus-client, selector: {job: fraud}}
slos:
  - {name: availability, objective: 99.9%}
  - {name: latency, objective: 99%, threshold: 500ms}
"""
END = "4m"
"""Sixteen scrapes later, of which rules that look 10 s behind see the one at 3m45s as the last."""
EVENTS, ERRORS = "slo:mlmon_events:increase30s", "slo:mlmon_errors:increase30s"
HALF_MINUTE = Duration.of("30s")
AT = steps(Duration.of("15s"), HALF_MINUTE)


def up(instance: str = "a", labels: str = "") -> str:
    return f'up{{job="fraud",instance="{instance}"{labels}}}'


def requests(status: str = "success", instance: str = "a", labels: str = ',model_version="v1"') -> str:
    return f'ml_inference_requests_total{{job="fraud",instance="{instance}",status="{status}"{labels}}}'


def latency(part: str, labels: str = "") -> str:
    return f'ml_inference_latency_seconds_{part}{{job="fraud",instance="a"{labels}}}'


def counted(record: str, expected: float | None, slo: str = "availability") -> Check:
    """All that has been recorded by the end. The first scrapes are of unknown age and never count."""
    return Check(f'sum_over_time({record}{{slo="{slo}"}}[10m])', END, expected)


CASES = {
    "a counter counts what it grows by": Case(
        {up(): "1x20", requests(): "0+10x20"}, [counted(EVENTS, 140), counted(ERRORS, 0)]
    ),
    "a reset between two evaluations counts from zero": Case(
        {up(): "1x20", requests(): "0+10x7 3+10x12"}, [counted(EVENTS, 70 - 10 + 73)]
    ),
    "a reset within an evaluation loses nothing of what was seen before it": Case(
        {up(): "1x20", requests(): "0+10x6 3+10x13"}, [counted(EVENTS, 60 - 10 + 83)]
    ),
    "the first errors of a target that was up count": Case(
        {up(): "1x20", requests(): "0+10x20", requests("error"): "_x10 4x10"},
        [counted(EVENTS, 144), counted(ERRORS, 4)],
    ),
    "the counters of a target that has been discovered count from then on": Case(
        {up("b"): "_x10 1x10", requests(instance="b"): "_x10 500+10x10", up(): "1x20", requests(): "0+10x20"},
        [counted(EVENTS, 140 + 40)],
    ),
    "a target that was known but down brings counters of unknown age": Case(
        {up(): "0x9 1x10", requests(): "_x10 500+10x10"}, [counted(EVENTS, 40)]
    ),
    "a target with a new label is not counted anew": Case(
        {
            up(): "1x9 stale",
            requests(): "0+10x9 stale",
            up(labels=',region="eu"'): "_x10 1x10",
            requests(labels=',model_version="v1",region="eu"'): "_x10 100+10x10",
        },
        [counted(EVENTS, 80 + 40)],
    ),
    "a new version on the same target counts from its first request": Case(
        {
            up(): "1x20",
            requests(): "0+10x9 stale",
            requests(labels=',model_version="v2"'): "_x10 7+10x10",
        },
        [counted(EVENTS, 80 + 57)],
    ),
    "what came between failed scrapes counts when they succeed again": Case(
        {up(): "1x5 0x3 1x10", requests(): "0+10x5 stale _x3 100+10x10"}, [counted(EVENTS, 140)]
    ),
    "the last requests of a removed pod count": Case(
        {up(): "1x7 stale", requests(): "0+10x7 stale"}, [counted(EVENTS, 60)]
    ),
    "a service without errors is perfect, not unknown": Case(
        {up(): "1x30", requests(): "0+10x30"},
        [
            Check('slo:mlmon_error_ratio:increase5m{slo="availability"}', "6m", 0),
            Check('slo:mlmon_error_budget_remaining:ratio30d{slo="availability"}', "6m", 1),
        ],
    ),
    "a service without traffic has no ratio": Case(
        {up(): "1x40", requests(): "10x40", requests("error"): "10x40"},
        [
            Check('slo:mlmon_events:increase5m{slo="availability"}', "9m", 0),
            Check('slo:mlmon_error_ratio:increase5m{slo="availability"}', "9m", None),
        ],
    ),
    "a service that was never there has nothing": Case(
        {"other": "1x20"}, [counted(EVENTS, None), counted(ERRORS, None)]
    ),
    "slow requests are those beyond the bucket": Case(
        {
            up(): "1x20",
            latency("count"): "0+10x20",
            latency("bucket", ',le="0.5"'): "0+9x20",
            latency("bucket", ',le="1"'): "0+10x20",
        },
        [counted(EVENTS, 140, "latency"), counted(ERRORS, 14, "latency")],
    ),
    "a bucket that does not exist is unknown, not perfect": Case(
        {up(): "1x20", latency("count"): "0+10x20", latency("bucket", ',le="0.4"'): "0+9x20"},
        [counted(EVENTS, 140, "latency"), counted(ERRORS, None, "latency")],
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan(tmp_path_factory.mktemp("plan"), [SPEC])


@pytest.fixture(scope="module")
def rules(made: Plan) -> list[dict[str, Any]]:
    (text,) = (text for path, text in render(made).items() if path == "prometheus/fraud.rules.yaml")
    groups = yaml.safe_load(text)["groups"]
    return [rule for group in groups for rule in group["rules"] if rule.get("record", "").startswith("slo:")]


@pytest.mark.parametrize("name", CASES)
def test_counts(rules: list[dict[str, Any]], tmp_path: Path, require_tool: Callable[[str], str], name: str) -> None:
    assert failures(require_tool("promtool"), tmp_path, rules, [CASES[name]]) == ""


def signal(*, count_first_samples: bool) -> Signal:
    series = (Series("tasks_total", (Matcher("job", "=", "queue"),)),)
    bound = PrometheusBinding(series, Decimal(1), count_first_samples=count_first_samples)
    return Signal("tasks", "queue", "counter", "tasks", "Tasks.", "", prometheus=bound)


@pytest.mark.parametrize(
    ("first", "values", "expected"),
    [
        (True, "_x10 4+0x10", 4),
        (False, "_x10 4+0x10", 0),
        (True, "0+10x7 3+10x12", 133),
        (False, "0+10x7 3+10x12", 133),
        (False, "0+10x6 3+10x13", 133),
        (False, "0+10x6 stale _x3 100+10x10", 130),
    ],
)
def test_first_samples_count_unless_the_exporter_expires_idle_series(
    tmp_path: Path, require_tool: Callable[[str], str], first: bool, values: str, expected: float
) -> None:
    rule = {"record": "counted", "expr": increment(signal(count_first_samples=first), AT)}
    series = {'up{job="queue",instance="a"}': "1x20", 'tasks_total{job="queue",instance="a"}': values}
    case = Case(series, [Check("sum_over_time(counted[10m])", END, expected)])
    assert failures(require_tool("promtool"), tmp_path, [rule], [case]) == ""


def test_resets_count_where_every_evaluation_sees_one_scrape(
    tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    """No reset can be within one scrape, so the rule does not look for any."""
    expr = increment(signal(count_first_samples=True), steps(HALF_MINUTE, HALF_MINUTE))
    assert "resets" not in expr
    series = {'up{job="queue",instance="a"}': "1x20", 'tasks_total{job="queue",instance="a"}': "0+10x6 3+10x13"}
    case = Case(series, [Check("sum_over_time(counted[10m])", "8m", 60 + 83)], interval="30s")
    assert failures(require_tool("promtool"), tmp_path, [{"record": "counted", "expr": expr}], [case]) == ""


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ("10 _x9 10 _x9 10 _x9 10 _x9 10 _x9 10 _x9", 10),
        ("10 _x9 10 _x9 10 _x9 10 _x9 10 _x19", 20),
        ("10 _x9 10 _x9 10 _x9 10 _x29", 10),
        ("_x60", 10),
    ],
    ids=["in time", "one missed", "more missed", "first"],
)
def test_a_chunk_makes_up_for_one_that_was_missed(
    made: Plan, tmp_path: Path, require_tool: Callable[[str], str], chunks: str, expected: float
) -> None:
    """Half past the hour, with one event per evaluation of 30 s and chunks of five minutes."""
    slo = made.services[0].slos[0]
    labels = '{service="fraud",slo="availability"}'
    expr = chunk(ERRORS_CHUNK, f"{ERRORS}{labels}", slo, AT)
    series = {f"{ERRORS}{labels}": "1x60", f"{ERRORS_CHUNK}5m{labels}": chunks}
    case = Case(series, [Check(expr, "30m", expected)], interval="30s")
    assert failures(require_tool("promtool"), tmp_path, [], [case]) == ""
