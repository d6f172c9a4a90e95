"""PromQL of trends and of what a day adds up to, and the units that a price and a budget give it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mlmon.plan.conditions import Compare
from mlmon.plan.quantities import DAY, Increase
from mlmon.plan.signals import Matcher, PrometheusBinding, Series, Signal
from mlmon.plan.trends import Hours, Slope, Slowdown, TimeToFull, TimeToZero
from mlmon.plan.words import quantity_words, sentence
from mlmon.promql.quantities import Renderer
from mlmon.syntax import check
from tests.support.compiled import HEAD, built


def signal(metric: str, unit: str = "bytes", scale: str = "1") -> Signal:
    bound = PrometheusBinding((Series(metric, (Matcher("job", "=", "a"),)),), Decimal(scale), (("host", "instance"),))
    return Signal(metric, "c", "gauge", unit, "Help.", "https://example.org", prometheus=bound)


def flat(item: object) -> str:
    text = Renderer().quantity(item)  # type: ignore[arg-type]
    assert check(text) is None
    return " ".join(text.split())


def test_a_slope_counts_old_series_that_still_grow() -> None:
    assert flat(Slope(signal=signal("m"), by=("host",))) == (
        'max by (instance) ( deriv(m{job="a"}[6h]) * 3600 and deriv(m{job="a"}[2h]) > 0 and m{job="a"} offset 7h )'
    )


def test_time_to_zero_is_that_of_the_soonest_series() -> None:
    assert flat(TimeToZero(left=signal("free"))) == (
        'min( free{job="a"} / -(deriv(free{job="a"}[6h]) < 0) '
        'and deriv(free{job="a"}[2h]) < 0 and free{job="a"} offset 7h )'
    )


def test_time_to_full_brings_both_gauges_into_one_unit() -> None:
    text = flat(TimeToFull(used=signal("used", scale="1024"), limit=signal("limit")))
    assert text.startswith('((max(limit{job="a"}) > 0) - max(used{job="a"}) * 1024) / (max( (deriv(used{job="a"}[6h])')
    assert text.endswith("* 1024)")


def test_a_slowdown_compares_with_the_two_weeks_before() -> None:
    assert flat(Slowdown(total=signal("s"), count=signal("n"))) == (
        '(sum(rate(s{job="a"}[1d])) / (sum(rate(n{job="a"}[1d])) > 0)) / '
        '(sum(rate(s{job="a"}[14d] offset 1d)) / (sum(rate(n{job="a"}[14d] offset 1d)) > 0)) - 1'
    )


def test_an_increase_of_existing_series_leaves_out_those_born_within_the_window() -> None:
    assert flat(Increase(signal=signal("n"), window=DAY, existing=True)) == (
        'sum((increase(n{job="a"}[1d]) and n{job="a"} offset 1d))'
    )


@pytest.mark.parametrize(
    ("options", "ending", "unit"),
    [
        ({}, '(sum(g{job="a"}))[1d:5m]) / 12', "hours"),
        ({"what": "idle"}, '(sum(1 - g{job="a"}))[1d:5m]) / 12', "hours"),
        ({"price": Decimal("1.21")}, "/ 12 * 1.21", "usd"),
        ({"price": Decimal("1.21"), "budget": Decimal(100)}, "/ 12 * 1.21 / 100", "ratio"),
        ({"budget": Decimal(100)}, "/ 12 / 100", "ratio"),
    ],
)
def test_hours_become_money_and_a_share_of_the_budget(options: dict[str, Decimal], ending: str, unit: str) -> None:
    item = replace(Hours(signal=signal("g", "gpus")), **options)
    assert flat(item).endswith(ending)
    assert item.unit == unit


def test_trends_exist_on_prometheus_only() -> None:
    both = replace(signal("m"), cloudwatch=object())  # type: ignore[arg-type]
    assert Slope(signal=both).on("prometheus")
    assert not Slope(signal=both).on("cloudwatch")


def test_trends_in_words() -> None:
    slope = Compare(Slope(signal=signal("memory"), by=("host",)), "above", Decimal(64 * 1024**2))
    assert sentence(slope) == "the growth of memory within an hour, going by the last 6h, is above 64MiB for any host"
    left = TimeToZero(left=signal("memory_available"))
    assert quantity_words(left) == "the time until memory available is used up, going by the last 6h,"
    full = TimeToFull(used=signal("memory"), limit=signal("memory_limit"))
    assert quantity_words(full) == "the time until memory reaches memory limit, going by the last 6h,"
    assert quantity_words(Hours(signal=signal("gpu_busy"), what="idle")) == "the hours of unused GPU busy within 1d"
    budget = Hours(signal=signal("gpus"), price=Decimal(1), budget=Decimal(9))
    assert quantity_words(budget) == "the cost of gpus within 1d as a share of the budget"


def test_a_parameter_of_the_spec_is_the_window_or_the_price_of_an_alert(tmp_path: Path) -> None:
    spec = (
        "pipelines:\n  - {preset: airflow, dag: d, max_age: 8d}\n"
        "infrastructure:\n  - {preset: cost, namespace: n, deployment: d, usd_per_gpu_hour: 2.5, usd_per_day: 60}\n"
    )
    made = built(tmp_path, HEAD + spec)
    assert made.findings == ()
    assert made.plan is not None
    quantities = {alert.name: getattr(alert.condition, "quantity", None) for alert in made.plan.alerts}
    assert str(quantities["PipelineStale"].window) == "8d"  # type: ignore[union-attr]
    cost = quantities["CostOverBudget"]
    assert isinstance(cost, Hours)
    assert (cost.price, cost.budget) == (Decimal("2.5"), Decimal(60))


@pytest.mark.parametrize("age", ["26", "1d2h", "a day"])
def test_a_window_that_is_no_duration_is_refused(tmp_path: Path, age: str) -> None:
    made = built(tmp_path, f'{HEAD}pipelines:\n  - {{preset: airflow, dag: d, max_age: "{age}"}}\n')
    assert [finding.message for finding in made.findings] == [f'"{age}" is no possible value of `max_age`']
