"""promtool proves that the runtime and application packs' alerts fire when they should, and only then."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.packs.load import library
from mlmon.plan.model import Alert, ServicePlan
from mlmon.targets.prometheus import render
from mlmon.units import Duration
from tests.packs import server_cases, serving_cases
from tests.packs.serving_cases import Case
from tests.support.presets import plan_of_spec

CASES = [*serving_cases.CASES, *server_cases.CASES]
SPECS = serving_cases.SPECS | server_cases.SPECS
HALF_MINUTE = Duration.of("30s")


def service_of(spec: str) -> ServicePlan:
    made = plan_of_spec(spec)
    assert made.findings == ()
    assert made.plan is not None
    return made.plan.services[0]


def alert_of(case: Case) -> Alert:
    alerts = service_of(SPECS[case.spec]).alerts
    return next(item for item in alerts if item.name == case.alert and item.severity == case.severity)


def rules(spec: str, alert: str) -> str:
    """One alert of a spec and the recordings that it reads: promtool evaluates every rule of a file at every step."""
    plan = plan_of_spec(spec).plan
    assert plan is not None
    (text,) = render(plan).values()
    every = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    wanted = [rule for rule in every if rule.get("alert") == alert]
    recordings = [rule for rule in every if "record" in rule]
    read = [rule for rule in recordings if any(rule["record"] in other["expr"] for other in wanted)]
    return yaml.safe_dump({"groups": [{"name": "test", "rules": read + wanted}]}, width=10_000)


def firing(alert: str, severity: str, over: str = "") -> str:
    selector = f'ALERTS{{alertname="{alert}",severity="{severity}",alertstate="firing"}}'
    return f"count(count_over_time({selector}[{over}]) > 0)" if over else f"count({selector})"


def check(expression: str, at: str, *, fires: bool) -> dict[str, Any]:
    samples = [{"labels": "{}", "value": 1}] if fires else []
    return {"expr": expression, "eval_time": at, "exp_samples": samples}


def unit_test(case: Case) -> dict[str, Any]:
    alert = alert_of(case)
    checks = [check(firing(case.alert, case.severity), case.at, fires=case.fires)]
    if case.fires:
        before = Duration(alert.for_.seconds - HALF_MINUTE.seconds)
        checks.append(check(firing(case.alert, case.severity), str(before), fires=False))
    else:
        checks.append(check(firing(case.alert, case.severity, over=case.at), case.at, fires=False))
    return {"name": f"{case.alert} {case.severity}: {case.why}", "interval": "30s",
            "input_series": inputs(case.series), "promql_expr_test": checks}  # fmt: skip


def inputs(series: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"series": name, "values": values} for name, values in series.items()]


def run(
    promtool: str, folder: Path, spec: str, tests: Mapping[str, list[dict[str, Any]]], interval: str = "30s"
) -> str:
    """Run tests, by the alert they are about, in one call; the answer is empty when all of them hold."""
    for alert, items in tests.items():
        (folder / f"{alert}.rules.yaml").write_text(rules(spec, alert), encoding="utf-8")
        document = {"rule_files": [f"{alert}.rules.yaml"], "evaluation_interval": interval, "tests": items}
        (folder / f"{alert}.test.yaml").write_text(yaml.safe_dump(document, width=10_000), encoding="utf-8")
    command = [promtool, "test", "rules", *(f"{alert}.test.yaml" for alert in tests)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("spec", SPECS)
def test_alerts_fire_and_stay_silent(spec: str, tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    tests: dict[str, list[dict[str, Any]]] = {}
    for case in CASES:
        if case.spec == spec:
            tests.setdefault(case.alert, []).append(unit_test(case))
    assert tests
    assert run(require_tool("promtool"), tmp_path, SPECS[spec], tests) == ""


@pytest.mark.parametrize("fires", [True, False])
def test_a_wrong_expectation_is_noticed(fires: bool, tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    case = next(case for case in CASES if case.alert == "HighErrorRatio" and case.fires is fires)
    wrong = unit_test(replace(case, fires=not fires))
    assert "FAILED" in run(require_tool("promtool"), tmp_path, SPECS[case.spec], {case.alert: [wrong]})


@pytest.mark.parametrize("pack", ["application", "triton", "vllm"])
def test_every_alert_has_a_case_that_fires_and_one_that_does_not(pack: str) -> None:
    wanted = {
        (entry.name, severity, fires)
        for entry in library().packs[pack].pack.alerts
        for severity in entry.severities
        for fires in (True, False)
        if entry.name != "TrafficLow"  # needs weeks of input, see below
    }
    assert wanted <= {(case.alert, case.severity, case.fires) for case in CASES}


DAY = 720
"""Samples of a day, one every two minutes."""
LOSS = 345
"""Samples until half past eleven."""


def traffic(after: str) -> dict[str, str]:
    """Four days a week apart, and nothing between them, which is all that the baseline reads.

    Requests in two minutes: 6 until six in the morning (none in the last night), 1200 from then on; `after` follows
    LOSS on the last day.
    """
    total, parts = 0, []
    for week in range(4):
        for step, length in ((6 if week < 3 else 0, 180), (1200, DAY - 180 if week < 3 else LOSS - 180)):
            parts.append(f"{total}+{step}x{length - 1}")
            total += step * length
        parts += [f"_x{6 * DAY}"] if week < 3 else []
    values = " ".join([*parts, {"a tenth": f"{total}+120x120", "nothing": "stale", "all": f"{total}+1200x120"}[after]])
    return {'ml_inference_requests_total{job="x",status="success"}': values}


def at(day: int, clock: str) -> str:
    hour, minute = clock.split(":")
    return f"{day * 24 + int(hour)}h{int(minute)}m"


def seasonal(after: str, *, fires: bool) -> dict[str, Any]:
    alert = firing("TrafficLow", "ticket")
    checks = [
        check(alert, at(21, "3:00"), fires=False),
        check(alert, at(21, "12:00"), fires=False),
        check(firing("TrafficLow", "ticket", over="21d"), at(21, "11:30"), fires=False),
        check(alert, at(21, "13:30"), fires=fires),
    ]
    return {"interval": "2m", "input_series": inputs(traffic(after)), "promql_expr_test": checks}


def test_lost_traffic_is_noticed_at_noon_and_quiet_nights_are_not(
    tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    tests = [seasonal("a tenth", fires=True), seasonal("nothing", fires=True), seasonal("all", fires=False)]
    assert run(require_tool("promtool"), tmp_path, SPECS["client"], {"TrafficLow": tests}, "10m") == ""
