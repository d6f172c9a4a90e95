"""The closed formulas of `mlmon slo explain`, against the rules themselves in promtool."""

import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.explain.detection import Bad, Lag, reaction
from mlmon.explain.model import Reaction
from mlmon.plan.model import Plan
from mlmon.targets import prometheus
from tests.support.compiled import HEAD, PROJECT, RUNTIME, plan_of

SCRAPE, INTERVAL = 15, 30
PAGES = (
    "{name: fast, severity: page, long: 1h, short: 5m, budget: 2%, min_errors: 5}, "
    "{name: slow, severity: page, long: 6h, short: 30m, budget: 5%, min_errors: 5}"
)
CHUNKED = "{name: long, severity: ticket, long: 12h, short: 1h, budget: 10%, min_errors: 1}"
CASES = {
    # name: (tiers, tier judged, percent bad, events per scrape, seconds of outage)
    "total outage": (PAGES, "fast", 100, 1000, 1200),
    "one in ten": (PAGES, "slow", 10, 1000, 1800),
    "few events": (PAGES, "fast", 100, 1, 1200),
    "chunks": (CHUNKED, "long", 10, 1000, 2 * 3600),
}


def plan(folder: Path, tiers: str) -> Plan:
    intervals = f"  prometheus: {{scrape_interval: {SCRAPE}s, evaluation_interval: {INTERVAL}s}}\n"
    slos = f"slos:\n  - {{name: availability, objective: 99.9%, tiers: [{tiers}]}}\n"
    return plan_of(folder, f"{HEAD}{RUNTIME}{slos}", project=PROJECT + intervals)


def series(percent: int, events: int, lead: int, outage: int, after: int) -> list[dict[str, str]]:
    """Good and bad events by scrape: all is well, then the outage, then all is well again."""
    well, ill, again = lead // SCRAPE, outage // SCRAPE, after // SCRAPE
    bad = events * percent // 100

    def course(normally: int, meanwhile: int) -> str:
        first = normally * well
        second = first + meanwhile * ill
        return f"0+{normally}x{well} {first + meanwhile}+{meanwhile}x{ill - 1} {second + normally}+{normally}x{again}"

    labels = 'job="fraud",instance="a:1"'
    return [
        {"series": f'ml_inference_requests_total{{{labels},status="success"}}', "values": course(events, events - bad)},
        {"series": f'ml_inference_requests_total{{{labels},status="error"}}', "values": course(0, bad)},
        {"series": f"up{{{labels}}}", "values": f"1x{well + ill + again}"},
    ]


def slo_rules(made: Plan, tier: str) -> list[dict[str, Any]]:
    """What the alert of one tier reads, and the alert."""
    kept = []
    for group in yaml.safe_load(prometheus.render(made)["prometheus/fraud.rules.yaml"])["groups"]:
        rules = [
            rule
            for rule in group["rules"]
            if rule.get("record", "").startswith("slo:") or rule.get("labels", {}).get("burn_tier") == tier
        ]
        if rules:
            kept.append({**group, "rules": rules})
    return kept


def fires_at(promtool: str, folder: Path, made: Plan, tier: str, inputs: list[Any], at: dict[int, bool]) -> str:
    """What promtool says when the alert should fire or be silent at these seconds; empty when it does."""
    groups = slo_rules(made, tier)
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    alert = f'count(ALERTS{{alertname="ErrorBudgetBurn",burn_tier="{tier}",alertstate="firing"}})'
    tests = [
        {"expr": alert, "eval_time": f"{second}s", "exp_samples": [{"labels": "{}", "value": 1}] if fires else []}
        for second, fires in at.items()
    ]
    content = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{INTERVAL}s",
        "group_eval_order": [group["name"] for group in groups],
        "tests": [{"interval": f"{SCRAPE}s", "input_series": inputs, "promql_expr_test": tests}],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    run = subprocess.run(
        [promtool, "test", "rules", "test.yaml"], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    return run.stdout + run.stderr if run.returncode else ""


def expected(made: Plan, tier: str, percent: int, events: int) -> Reaction:
    slo = made.services[0].slos[0]
    bad = Bad.of(slo, Decimal(percent) / 100, Decimal(events) / SCRAPE)
    judged = next(item for item in slo.tiers if item.name == tier)
    return reaction(slo, judged, bad, Lag.of(slo, made.outputs))


@pytest.mark.parametrize("case", CASES)
def test_a_tier_fires_and_resolves_when_the_formula_says(
    case: str, tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    tiers, tier, percent, events, outage = CASES[case]
    made = plan(tmp_path, tiers)
    found = expected(made, tier, percent, events)
    assert found.fires is not None
    assert found.resolves is not None
    assert found.fires.latest < outage

    def tick(seconds: Decimal, up: bool) -> int:
        return int(-(-seconds // INTERVAL) if up else seconds // INTERVAL) * INTERVAL

    lead, after = int(found.tier.long.seconds), int(found.resolves.latest) + INTERVAL
    start, end = lead, lead + outage
    at = {
        start + tick(found.fires.earliest - 1, up=False): False,
        start + tick(found.fires.latest, up=True): True,
        end + tick(found.resolves.earliest - 1, up=False): True,
        end + tick(found.resolves.latest, up=True): False,
    }
    assert (
        fires_at(require_tool("promtool"), tmp_path, made, tier, series(percent, events, lead, outage, after), at) == ""
    )
