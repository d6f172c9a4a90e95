"""SLOs: indicators, exact thresholds of the burn-rate tiers, and promises that cannot be kept."""

from decimal import Decimal
from pathlib import Path

import pytest

from mlmon.plan.slo import Slo
from mlmon.units import plain
from tests.support.compiled import HEAD, RUNTIME, built, messages, plan_of


def slo(folder: Path, entry: str) -> Slo:
    return plan_of(folder, f"{HEAD}{RUNTIME}slos:\n  - {entry}\n").services[0].slos[0]


def test_tiers_have_the_workbook_factors_and_exact_thresholds(tmp_path: Path) -> None:
    made = slo(tmp_path, "{name: availability, objective: 99.9%}")
    assert [(tier.name, plain(tier.factor)) for tier in made.tiers] == [
        ("page-fast", "14.4"),
        ("page-slow", "6"),
        ("ticket", "1"),
    ]
    assert [plain(tier.threshold(made.objective)) for tier in made.tiers] == ["0.0144", "0.006", "0.001"]
    assert made.budget == Decimal("0.001")


def test_factors_follow_from_the_budget_for_another_period(tmp_path: Path) -> None:
    made = slo(tmp_path, "{name: availability, objective: 99.9%, window: 28d}")
    assert [plain(tier.factor) for tier in made.tiers] == ["13.44", "5.6", "1"]


@pytest.mark.parametrize(("window", "share"), [("28d", "0.1071"), ("7d", "0.4286")])
def test_no_usual_tier_fires_within_the_promise(tmp_path: Path, window: str, share: str) -> None:
    """A tenth of a short period's budget is less than three days may spend."""
    ticket = slo(tmp_path, f"{{name: availability, objective: 99.9%, window: {window}}}").tiers[-1]
    assert (ticket.name, plain(ticket.factor), plain(ticket.budget)) == ("ticket", "1", share)


@pytest.mark.parametrize(
    ("window", "factors"),
    [("1d", ["2.4", "1"]), ("5d", ["12", "5"]), ("6d", ["14.4", "6"]), ("7d", ["3.36", "1.4", "1"])],
)
def test_a_period_of_days_has_tiers_of_hours(tmp_path: Path, window: str, factors: list[str]) -> None:
    made = slo(tmp_path, f"{{name: availability, objective: 99.9%, window: {window}}}")
    assert [plain(tier.factor) for tier in made.tiers] == factors


def test_a_stale_model_pages_nobody(tmp_path: Path) -> None:
    made = slo(tmp_path, "{name: freshness, max_age: 7d}")
    assert {tier.severity for tier in made.tiers} == {"ticket"}


def test_quality_is_the_median_of_a_distribution(tmp_path: Path) -> None:
    made = slo(tmp_path, "{name: quality, signal: confidence, min: 0.85, objective: 95%}")
    assert made.indicator.bad_if == "below"  # type: ignore[union-attr]
    assert made.indicator.limit == Decimal("0.85")  # type: ignore[union-attr]


def test_a_latency_objective_needs_a_histogram(tmp_path: Path) -> None:
    spec = HEAD + "runtimes:\n  - {preset: sagemaker-endpoint, endpoint: e, variant: v}\n"
    spec += "slos:\n  - {name: latency, objective: 99%, threshold: 500ms}\n"
    assert messages(built(tmp_path, spec).findings) == [
        "specs/s0.yaml:7:5: no component has a latency histogram in Prometheus, "
        "so the share of fast answers cannot be counted"
    ]
