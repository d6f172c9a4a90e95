"""Counters that CloudWatch has as several metrics: added up in alarms, burn rates, bands, dashboards and runbooks."""

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from mlmon.alarms.evaluate import states
from mlmon.alarms.states import State
from mlmon.plan.model import Plan
from mlmon.targets import cloudwatch, grafana, runbooks
from mlmon.targets.cloudwatch.alarm import CompositeAlarm, MetricAlarm
from mlmon.targets.cloudwatch.fleet import module
from mlmon.targets.cloudwatch.watched import watched
from tests.support.compiled import HEAD, messages
from tests.support.presets import plan_of_spec

BEDROCK = HEAD + (
    "runtimes:\n  - {preset: bedrock, model_id: m-1, tokens_per_minute_quota: 1000, usd_per_million_input_tokens: 3}\n"
    "slos:\n  - {name: availability, objective: 99.9%}\n"
)
SUCCESSES, REFUSALS, FAILURES, THROTTLES = (
    f"Invocation{kind}" for kind in ("s", "ClientErrors", "ServerErrors", "Throttles")
)


@cache
def plan(spec: str = BEDROCK) -> Plan:
    made = plan_of_spec(spec)
    assert made.plan is not None, messages(made.findings)
    return replace(made.plan, outputs=replace(made.plan.outputs, cloudwatch_region="eu-west-1"))


def alarm(part: str) -> MetricAlarm:
    made = module(plan())
    assert made is not None
    (found,) = [item for service in made.services for item in service.alarms if item.name.endswith(part)]
    assert not isinstance(found, CompositeAlarm)
    return found


def state(of: MetricAlarm, minutes: int, **by_metric: float) -> State:
    """The state after minutes in which each named metric has one sample of this value, and the others none."""
    metrics = {query.id: query.metric.metric for query in of.metric_queries if query.metric} or {"m": of.metric}
    series = {name: [(by_metric[metric],) if metric in by_metric else ()] * minutes for name, metric in metrics.items()}
    return states(watched(of), series)[-1]


def test_requests_are_three_metrics_and_errors_are_read_twice() -> None:
    of = alarm("HighErrorRatio-ticket")
    read = [query.metric.metric for query in of.metric_queries if query.metric]
    assert read == [FAILURES, SUCCESSES, REFUSALS, FAILURES]
    assert of.metric_queries[-1].expression == (
        "IF((FILL(whole, 0) + FILL(wholep1, 0) + FILL(wholep2, 0)) > 0 AND part >= 5, "
        "part / (FILL(whole, 0) + FILL(wholep1, 0) + FILL(wholep2, 0)), 0)"
    )


@pytest.mark.parametrize(
    ("part", "minutes", "by_metric", "ends"),
    [
        ("HighErrorRatio-page", 10, {FAILURES: 40}, "ALARM"),
        ("HighErrorRatio-page", 10, {SUCCESSES: 1000}, "OK"),
        ("HighErrorRatio-page", 10, {SUCCESSES: 900, REFUSALS: 50, FAILURES: 50}, "OK"),
        ("HighErrorRatio-page", 10, {SUCCESSES: 899, REFUSALS: 50, FAILURES: 51}, "ALARM"),
        ("HighErrorRatio-page", 10, {THROTTLES: 1000}, "OK"),
        ("HighClientErrorRatio-ticket", 20, {SUCCESSES: 90, REFUSALS: 10}, "ALARM"),
        ("HighThrottleRatio-page", 10, {SUCCESSES: 100, FAILURES: 10, THROTTLES: 110}, "OK"),
        ("HighThrottleRatio-page", 10, {SUCCESSES: 100, FAILURES: 10, THROTTLES: 111}, "ALARM"),
        ("HighThrottleRatio-page", 10, {THROTTLES: 5}, "ALARM"),
        ("HighThrottleRatio-page", 9, {THROTTLES: 5}, "ALARM"),
        ("HighThrottleRatio-page", 5, {THROTTLES: 5}, "OK"),
        ("QuotaNearlyUsed-ticket", 6, {"EstimatedTPMQuotaUsage": 800}, "OK"),
        ("QuotaNearlyUsed-ticket", 6, {"EstimatedTPMQuotaUsage": 801}, "ALARM"),
        ("availability-page-fast-1h", 60, {SUCCESSES: 960, FAILURES: 40}, "ALARM"),
        ("availability-page-fast-1h", 60, {FAILURES: 1}, "ALARM"),
        ("availability-page-fast-1h", 60, {SUCCESSES: 990, REFUSALS: 990, FAILURES: 20}, "OK"),
    ],
)
def test_an_alarm_adds_up_what_there_is(part: str, minutes: int, by_metric: dict[str, float], ends: State) -> None:
    assert state(alarm(part), minutes, **by_metric) == ends


def test_the_band_of_lost_traffic_is_learnt_from_the_sum() -> None:
    of = alarm("TrafficLow-ticket")
    assert [query.id for query in of.metric_queries if query.return_data] == ["usual", "band"]
    assert of.metric_queries[-1].expression == "ANOMALY_DETECTION_BAND(usual, 2)"


def test_aws_would_accept_all_of_it() -> None:
    assert cloudwatch.refusals(plan()) == []


def test_eleven_metrics_in_one_alarm_are_refused() -> None:
    parts = ", ".join(f"m{number}" for number in range(1, 10))
    spec = BEDROCK.replace("3}", f"3, signals: {{requests: {{cloudwatch: {{plus: [{parts}]}}}}}}}}")
    problems = cloudwatch.refusals(plan(spec))
    assert any("11 metrics are more than 10" in problem for problem in problems)


def test_gauges_do_not_add_up() -> None:
    made = plan_of_spec(BEDROCK.replace("3}", "3, signals: {latency: {cloudwatch: {plus: [InvocationThrottles]}}}}"))
    message = messages(made.findings)[0]
    assert "only counters add up: `plus` does not go with a histogram" in message


def test_a_price_that_is_left_out_leaves_its_signals_out() -> None:
    (component,) = plan().services[0].components
    assert {"input_cost", "quota_use"} <= {signal.name for signal in component.signals}
    assert component.signal("output_cost") is None


def panels() -> list[dict[str, Any]]:
    """Panels of the service's dashboard in Grafana, those of closed rows included."""
    board = json.loads(grafana.render(plan())["grafana/dashboards/mlmon-fraud.json"])
    every = [inner for panel in board["panels"] for inner in (panel, *panel.get("panels", []))]
    return [panel for panel in every if "targets" in panel]


def test_dashboards_and_runbooks_name_every_metric() -> None:
    board = cloudwatch.render(plan())["cloudwatch/fraud.tf"]
    pages = "".join(runbooks.render(plan()).values())
    for metric in (SUCCESSES, REFUSALS, FAILURES):
        assert f'"{metric}"' in board
        assert f'"{metric}"' in json.dumps(panels())
        assert f"--metric-name {metric} " in pages


def test_math_of_a_panel_names_its_own_queries_only() -> None:
    math = [(panel, target) for panel in panels() for target in panel["targets"] if target.get("expression")]
    assert len(math) > 5
    for panel, target in math:
        ids = {other.get("id") for other in panel["targets"]}
        assert set(re.findall(r"\b[a-z][0-9]+\b", target["expression"])) <= ids - {target["id"]}
