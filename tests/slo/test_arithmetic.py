"""The arithmetic by which benchmarks/slo_detection.py judges months is that of the rules themselves."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from benchmarks.peers.arithmetic import TICK, Scrapes, firing
from benchmarks.slo_detection import BUDGET, SPEC, mlmon
from mlmon.targets.prometheus import render
from tests.support.slo_history import plan
from tests.support.unit_tests import Case, Check, failures

HOURS = 7
SCRAPE = 15


def traffic(per_hour: float, failing: float, seed: int) -> Scrapes:
    """Poisson arrivals, of which all fail in the fourth and fifth hour."""
    chance, count = random.Random(seed), HOURS * 3600 // SCRAPE  # noqa: S311
    events, errors = [0] * count, [0] * count
    now = chance.expovariate(per_hour / 3600)
    while now < count * SCRAPE:
        # What the first evaluation sees, two scrapes, is of unknown age and counts for nobody.
        index = max(int(now / SCRAPE), 2)
        events[index] += 1
        errors[index] += 3 * 3600 <= now < 5 * 3600 or chance.random() < failing
        now += chance.expovariate(per_hour / 3600)
    return Scrapes(events, errors, SCRAPE, phase=SCRAPE)


def series(scrapes: Scrapes) -> dict[str, str]:
    """The counters that the scrapes show."""
    good = bad = 0
    shown: list[tuple[int, int]] = []
    for events, errors in zip(scrapes.events, scrapes.errors, strict=True):
        good, bad = good + events - errors, bad + errors
        shown.append((good, bad))
    labels = 'job="fraud",instance="a"'
    return {
        f"up{{{labels}}}": f"1x{len(shown)}",
        f'ml_inference_requests_total{{{labels},status="success"}}': " ".join(str(value) for value, _ in shown),
        f'ml_inference_requests_total{{{labels},status="error"}}': " ".join(str(value) for _, value in shown),
    }


@pytest.mark.parametrize(("per_hour", "failing", "seed"), [(60, 0.02, 1), (20, 0.05, 2), (2000, 0.005, 3)])
def test_model_and_rules_agree_on_every_evaluation(
    tmp_path: Path, require_tool: Callable[[str], str], per_hour: float, failing: float, seed: int
) -> None:
    made = traffic(per_hour, failing, seed)
    groups = yaml.safe_load(render(plan(tmp_path, [SPEC]))["prometheus/fraud.rules.yaml"])["groups"]
    rules = [rule for group in groups for rule in group["rules"] if re.search("slo-availability$", group["name"])]
    rules += [rule for group in groups for rule in group["rules"] if rule.get("alert") == "ErrorBudgetBurn"]
    arithmetic = mlmon()
    checks = []
    for pair, tier in zip(arithmetic.pairs[:2], ("page-fast", "page-slow"), strict=True):
        flags = firing(replace(arithmetic, pairs=(pair,)), made, BUDGET)["page"]
        assert any(flags)
        alert = f'ALERTS{{alertname="ErrorBudgetBurn",burn_tier="{tier}",alertstate="firing"}}'
        checks.append(Check(f"count_over_time({alert}[{HOURS}h])", f"{len(flags) * TICK}s", sum(flags)))
        for number in range(1, len(flags)):
            if flags[number] != flags[number - 1]:
                moments = [(number - 1, flags[number - 1]), (number, flags[number])]
                checks += [Check(alert, f"{(at + 1) * TICK}s", 1 if fires else None) for at, fires in moments]
    case = Case(series(made), checks)
    assert failures(require_tool("promtool"), tmp_path, rules, [case]) == ""
