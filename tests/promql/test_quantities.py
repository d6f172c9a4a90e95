"""PromQL of quantities: every form has a renderer, every rendering parses, and hostile text stays text."""

import dataclasses
from decimal import Decimal

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmon.plan.forms import FORMS
from mlmon.plan.quantities import Level, Quantile, Quantity, Rate, Ratio
from mlmon.plan.signals import Matcher, PrometheusBinding, Series, Signal
from mlmon.promql.quantities import Renderer
from mlmon.promql.text import bucket, string
from mlmon.syntax import check


def signal(name: str = "requests", *series: Series, scale: str = "1") -> Signal:
    bound = PrometheusBinding(
        series or (Series("x_total", (Matcher("job", "=", "a"),)),), Decimal(scale), (("version", "model_version"),)
    )
    return Signal(name, "c", "counter", "requests", "Help.", "https://example.org", prometheus=bound)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_has_a_renderer(form: type[Quantity]) -> None:
    registered = Renderer.__dict__["render"].dispatcher.registry
    assert form in registered


def test_an_error_ratio_is_zero_before_the_first_error_and_empty_without_traffic() -> None:
    text = Renderer().quantity(Ratio(part=signal("errors", Series("e_total", ())), whole=signal()))
    assert " ".join(text.split()) == (
        '( sum(rate(e_total[5m])) or 0 * sum(rate(x_total{job="a"}[5m])) ) / (sum(rate(x_total{job="a"}[5m])) > 0)'
    )


def test_grouping_uses_the_metrics_own_label() -> None:
    assert (
        Renderer().quantity(Rate(signal=signal(), by=("version",)))
        == 'sum by (model_version) (rate(x_total{job="a"}[5m]))'
    )


def test_counters_counted_together_do_not_hide_each_other() -> None:
    both = signal("requests", Series("ok", ()), Series("failed", ()))
    assert Renderer().quantity(Rate(signal=both)) == (
        'sum(label_replace(rate(ok[5m]), "mlmon_part", "0", "", "") or '
        'label_replace(rate(failed[5m]), "mlmon_part", "1", "", ""))'
    )


def test_other_units_are_converted_in_the_expression() -> None:
    assert Renderer().quantity(Quantile(signal=signal(scale="0.001"), q=Decimal("0.99"))).endswith(" / 1000")
    assert Renderer().quantity(Level(signal=signal(scale="1048576"))).endswith(" * 1048576")


def test_grafana_may_choose_the_window() -> None:
    assert "[$__rate_interval]" in Renderer(window="$__rate_interval").quantity(Rate(signal=signal()))


def test_integral_bucket_bounds_match_both_spellings() -> None:
    assert bucket(Decimal("0.5")) == 'le="0.5"'
    assert bucket(Decimal(5)) == 'le=~"5(\\\\.0)?"'


@given(st.text())
def test_any_label_value_comes_back_equal_from_the_parser(value: str) -> None:
    hostile = signal("x", Series("x_total", (Matcher("job", "=", value),)))
    text = Renderer().quantity(Level(signal=hostile))
    assert check(text) is None
    parsed = promql_parser.parse(text)
    assert parsed.expr.matchers.matchers[0].value == value


@given(st.text(min_size=1))
def test_a_string_is_one_token(value: str) -> None:
    assert promql_parser.parse(string(value)).val == value


def test_quantities_are_values() -> None:
    assert Rate(signal=signal()) == Rate(signal=signal())
    assert dataclasses.replace(Rate(signal=signal()), by=("version",)) != Rate(signal=signal())
