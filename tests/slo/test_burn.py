"""The burn-rate alerts on made-up outages, as promtool evaluates them: when they fire, when not, and when they end."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.targets.prometheus import render
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
"""
HEALTHY = 65 * 60
"""Seconds before anything happens: the long window of the fastest tier is full of good requests."""


def rules(folder: Path, scrape: str, tier: str = "page-fast") -> list[dict[str, Any]]:
    """A tier's alert and what it reads: promtool evaluates every rule at every step."""
    text = render(plan(folder, [SPEC], scrape))["prometheus/fraud.rules.yaml"]
    groups = {group["name"]: group["rules"] for group in yaml.safe_load(text)["groups"]}
    (alert,) = (rule for rule in groups["fraud-application"] if rule["labels"].get("burn_tier") == tier)
    windows = {*re.findall(r"increase(\w+)\{", alert["expr"]), "30s"}
    read = [rule for rule in groups["fraud-slo-availability"] if rule["record"].rpartition("increase")[2] in windows]
    return [*read, alert]


def pages(tier: str, second: float, *, fires: bool) -> Check:
    expr = f'ALERTS{{alertname="ErrorBudgetBurn",burn_tier="{tier}",alertstate="firing"}}'
    return Check(expr, f"{second:.0f}s", 1 if fires else None)


def traffic(every: int, good: list[tuple[int, float]], bad: list[tuple[int, float]]) -> dict[str, str]:
    """Counters made of stretches (seconds, requests a second), and the target that shows them."""
    total = sum(seconds for seconds, _ in good)
    series = {'up{job="fraud",instance="a"}': f"1x{total // every}"}
    for status, stretches in (("success", good), ("error", bad)):
        parts, value = [], 0.0
        for seconds, rate in stretches:
            step, count = rate * every, seconds // every
            parts.append(f"{value:.0f}+{step:.0f}x{count - 1}")
            value += step * count
        series[f'ml_inference_requests_total{{job="fraud",instance="a",status="{status}"}}'] = " ".join(parts)
    return series


@pytest.mark.parametrize(("scrape", "every"), [("15s", 15), ("30s", 30)])
def test_a_total_outage_pages_within_two_minutes_and_ends_within_six(
    tmp_path: Path, require_tool: Callable[[str], str], scrape: str, every: int
) -> None:
    """100 requests a second; the last good scrape is the one at 65 minutes."""
    length = 20 * 60
    series = traffic(
        every,
        [(HEALTHY, 100), (length, 0), (1200, 100)],
        [(HEALTHY, 0), (length, 100), (1200, 0)],
    )
    begin, end = HEALTHY, HEALTHY + length
    checks = [
        pages("page-fast", begin, fires=False),
        pages("page-fast", begin + 120, fires=True),
        pages("page-fast", end, fires=True),
        pages("page-fast", end + 360, fires=False),
    ]
    assert failures(require_tool("promtool"), tmp_path, rules(tmp_path, scrape), [Case(series, checks, scrape)]) == ""


@pytest.mark.parametrize(
    ("tier", "long", "per_mille", "fires"),
    [
        ("page-fast", 3600, 14.8, True),
        ("page-fast", 3600, 14.0, False),
        ("page-slow", 6 * 3600, 6.2, True),
        ("page-slow", 6 * 3600, 5.8, False),
    ],
)
def test_a_tier_fires_just_beyond_its_threshold(
    tmp_path: Path, require_tool: Callable[[str], str], tier: str, long: int, per_mille: float, fires: bool
) -> None:
    length = long + 600
    series = traffic(30, [(length, 1000 - per_mille)], [(length, per_mille)])
    case = Case(series, [pages(tier, length - 60, fires=fires)], "30s")
    assert failures(require_tool("promtool"), tmp_path, rules(tmp_path, "30s", tier), [case]) == ""


@pytest.mark.parametrize(("errors", "fires"), [(4, False), (5, True)])
def test_a_few_failures_at_night_wake_nobody(
    tmp_path: Path, require_tool: Callable[[str], str], errors: int, fires: bool
) -> None:
    """Every request of the last minutes failed, but they are few."""
    series = {
        'up{job="fraud",instance="a"}': "1x140",
        'ml_inference_requests_total{job="fraud",instance="a",status="success"}': "0x60 3x80",
        'ml_inference_requests_total{job="fraud",instance="a",status="error"}': f"_x120 1+1x{errors - 1} {errors}x20",
    }
    checks = [pages("page-fast", 30 * (120 + errors + 2), fires=fires)]
    assert failures(require_tool("promtool"), tmp_path, rules(tmp_path, "30s"), [Case(series, checks, "30s")]) == ""


def test_traffic_that_ceases_after_an_outage_does_not_end_the_page(
    tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    """Nobody asks any more, so nothing proves that the service has recovered."""
    series = traffic(30, [(HEALTHY, 100), (600, 0), (1800, 0)], [(HEALTHY, 0), (600, 100), (1800, 0)])
    checks = [pages("page-fast", HEALTHY + 600 + 1200, fires=True)]
    assert failures(require_tool("promtool"), tmp_path, rules(tmp_path, "30s"), [Case(series, checks, "30s")]) == ""
