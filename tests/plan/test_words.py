"""Conditions in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mlmon.plan.conditions import Absent, Both, BurnRate, Compare, NewCode, Written
from mlmon.plan.forms import FORMS
from mlmon.plan.quantities import Fraction, Level, Quantile, Quantity, Rate, Ratio
from mlmon.plan.signals import Signal
from mlmon.plan.slo import BurnTier
from mlmon.plan.words import quantity_words, sentence
from mlmon.units import Duration
from tests.support.fleet import fleet


def signal(name: str, unit: str = "seconds") -> Signal:
    return Signal(name, "c", "gauge", unit, "help", "source")


LATENCY = Quantile(signal=signal("latency"), q=Decimal("0.99"))
IDLE = Level(signal=signal("gpu_utilization", "ratio"), aggregate="avg", over=Duration.of("10m"))
ERRORS = Ratio(part=signal("errors"), whole=signal("requests"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Compare(LATENCY, "above", Decimal("0.5")), "the p99 of latency is above 500ms"),
        (Compare(replace(LATENCY, q=Decimal("0.5")), "below", Decimal(1)), "the median of latency is below 1s"),
        (Compare(ERRORS, "above", Decimal("0.01")), "the share of errors in requests is above 1%"),
        (
            Compare(replace(ERRORS, by=("model",)), "above", Decimal("0.01"), 5),
            "the share of errors in requests is above 1% with at least 5 errors in 5m for any model",
        ),
        (
            Compare(Level(signal=signal("gpu_temperature", "celsius"), by=("gpu", "host")), "above", Decimal(85)),
            "the highest GPU temperature is above 85 °C for any GPU and host",
        ),
        (
            Both((Compare(IDLE, "below", Decimal("0.3")), Compare(LATENCY, "above", Decimal(1)))),
            "the average GPU utilization, averaged over 10m, is below 30% while the p99 of latency is above 1s",
        ),
        (Absent(signal("up")), "no series of scrape success exists"),
        (
            NewCode(signal("xid"), ("gpu",)),
            "XID shows a code that is new or has changed within 1h for any GPU",
        ),
        (Written("up == 0"), "the expression written in the spec has a result"),
    ],
)
def test_sentences(condition: object, expected: str) -> None:
    assert sentence(condition) == expected  # type: ignore[arg-type]


def test_a_burn_rate_says_how_much_over_which_windows() -> None:
    slo = next(slo for service in fleet().services for slo in service.slos if slo.kind == "availability")
    slo = replace(slo, objective=Decimal("0.999"))
    hour, minutes = Duration.of("1h"), Duration.of("5m")
    tier = BurnTier("page-fast", "page", hour, minutes, Decimal("14.4"), Decimal("0.02"), 5)
    assert sentence(BurnRate(slo, tier)) == (
        "more than 1.44% of the events of the availability SLO were bad, over 1h and over 5m "
        "(14.4 times what its budget allows)"
    )
    assert sentence(BurnRate(slo, replace(tier, factor=Decimal(1)))).endswith("over 5m (what its budget allows)")


def test_a_quantity_is_named_with_its_grouping() -> None:
    assert quantity_words(Rate(signal=signal("requests"), by=("version",))) == "the rate of requests for each version"
    memory = Fraction(part=signal("gpu_memory_used"), rest=signal("gpu_memory_free"))
    assert quantity_words(memory) == "GPU memory used as a share of GPU memory used and GPU memory free"


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_has_words_of_its_own(form: str) -> None:
    """The words that a form gets by default name the form, which no reader knows."""
    from mlmon.plan import words

    assert words._words.dispatch(FORMS[form]) is not words._words.dispatch(Quantity)


def test_every_alert_of_the_fleet_has_a_sentence() -> None:
    for alert in fleet().alerts:
        text = sentence(alert.condition)
        assert text, alert.id
        assert "_" not in text.replace(alert.service, ""), text
