"""Alarms over time: windows, statistics, few samples, math, bands, composites and what suppresses them."""

from decimal import Decimal
from typing import Any

import pytest

from mlmon.alarms.composite import composite_states, told
from mlmon.alarms.evaluate import Watched, states
from mlmon.alarms.expressions import MathError, Scope, evaluate
from mlmon.alarms.statistics import needed, reduce

LATENCY: dict[str, Any] = {
    "statistics": {"m": "p99"},
    "period": 60,
    "result": "m",
    "operator": "GreaterThanThreshold",
    "threshold": Decimal(500),
    "n": 3,
    "m": 2,
    "missing": "notBreaching",
}


def test_m_of_n_minute_by_minute() -> None:
    slow, fine = [900.0], [100.0]
    found = states(Watched(**LATENCY), {"m": [fine, slow, fine, slow, fine, fine]})
    assert found == ["OK", "OK", "OK", "ALARM", "OK", "OK"]


def test_a_longer_period_slides_every_minute() -> None:
    alarm = Watched(**LATENCY | {"statistics": {"m": "Sum"}, "period": 300, "threshold": Decimal(9), "n": 1, "m": 1})
    found = states(alarm, {"m": [[1.0]] * 3 + [[8.0]] + [[0.0]] * 6})
    assert found == ["OK"] * 3 + ["ALARM"] * 3 + ["OK"] * 4


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Sum", 5050),
        ("Average", 50.5),
        ("Minimum", 1),
        ("Maximum", 100),
        ("SampleCount", 100),
        ("p99", 99),
        ("p50", 50),
    ],
)
def test_statistics(statistic: str, value: float) -> None:
    assert reduce([float(number) for number in range(100, 0, -1)], statistic) == value
    assert reduce([], statistic) is None


def test_a_statistic_that_is_not_imitated_is_refused() -> None:
    with pytest.raises(ValueError, match=r"TM\(5%:95%\) is not imitated"):
        reduce([1.0], "TM(5%:95%)")


@pytest.mark.parametrize(
    ("statistic", "samples"), [("p99", 1000), ("p90", 100), ("p50", 20), ("p10", 100), ("p99.9", 10000)]
)
def test_samples_that_make_a_percentile_significant(statistic: str, samples: float) -> None:
    assert needed(statistic) == samples


def test_few_samples_are_evaluated_or_leave_the_state_as_it_is() -> None:
    few, many = [[900.0] * 300] * 5, [[900.0] * 400] * 5
    assert states(Watched(**LATENCY), {"m": few})[-1] == "ALARM"
    waiting = Watched(**LATENCY | {"ignores_few_samples": True})
    assert states(waiting, {"m": few}, start="OK") == ["OK"] * 5
    assert states(waiting, {"m": many}, start="OK") == ["OK", "OK", "ALARM", "ALARM", "ALARM"]


def test_ignored_gaps_keep_the_state() -> None:
    alarm = Watched(**LATENCY | {"missing": "ignore"})
    assert states(alarm, {"m": [[900.0]] * 3 + [[]] * 6})[-1] == "ALARM"
    assert states(Watched(**LATENCY), {"m": [[900.0]] * 3 + [[]] * 6})[-1] == "OK"


SERIES = {"a": (1.0, 2.0, None), "b": (0.0, 4.0, 5.0)}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3 - 4 / 8", 6.5),
        ("(1 + 2) * 3", 9.0),
        ("-a + 1", (0.0, -1.0, None)),
        ("a / b", (None, 0.5, None)),
        ("a > 1", (0.0, 1.0, None)),
        ("a >= 1 AND b != 0", (0.0, 1.0, None)),
        ("a >= 1 && b != 0 || a == 1", (1.0, 1.0, None)),
        ("FILL(a, 0) + b", (1.0, 6.0, 5.0)),
        ("IF(b > 0, a / b, 0)", (0.0, 0.5, None)),
        ("IF((FILL(a, 0)) > 0 AND (b) >= 4, 7, 0)", (0.0, 7.0, 0.0)),
        ("IF(1, a, b)", SERIES["a"]),
        ("a / PERIOD(a)", (1 / 300, 2 / 300, None)),
    ],
)
def test_metric_math(expression: str, value: Any) -> None:
    assert evaluate(expression, Scope(SERIES, 300)) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a +", "the expression ends too early"),
        ("(a", "the expression ends too early"),
        ("(a b", "`)` is expected instead of `b`"),
        ("a b", "`b` is not expected in `a b`"),
        ("c", "`c` names no query"),
        ("SEARCH(a, 1)", "SEARCH with 2 arguments is not imitated"),
        ("IF(a, 1)", "IF with 2 arguments is not imitated"),
        ("a % 2", "`% 2` is not understood"),
    ],
)
def test_other_math_is_refused(expression: str, message: str) -> None:
    with pytest.raises(MathError) as refused:
        evaluate(expression, Scope(SERIES, 300))
    assert str(refused.value).strip() == message


def test_a_band_is_left_by_what_is_strictly_outside() -> None:
    band = LATENCY | {"statistics": {"m": "Sum"}, "threshold": None, "n": 1, "m": 1}
    low = Watched(**band | {"operator": "LessThanLowerThreshold"})
    either = Watched(**band | {"operator": "LessThanLowerOrGreaterThanUpperThreshold"})
    series = {"m": [[79.0], [80.0], [120.0], [121.0]]}
    assert states(low, series, band=(80, 120)) == ["ALARM", "OK", "OK", "OK"]
    assert states(either, series, band=(80, 120)) == ["ALARM", "OK", "OK", "ALARM"]
    with pytest.raises(ValueError, match="needs a band"):
        states(low, series)


def test_a_composite_follows_its_parts() -> None:
    found = composite_states(
        lambda now: now["a"] == "ALARM" and now["b"] != "ALARM",
        {"a": ["OK", "ALARM", "ALARM", "INSUFFICIENT_DATA"], "b": ["OK", "OK", "ALARM", "OK"]},
    )
    assert found == ["OK", "ALARM", "OK", "OK"]


def timeline(text: str) -> list[Any]:
    return [{"A": "ALARM", "o": "OK", "-": "INSUFFICIENT_DATA"}[letter] for letter in text]


@pytest.mark.parametrize(
    ("why", "composite", "suppressor", "expected"),
    [
        ("nothing suppresses", "ooAAo", "", [(2, "ALARM"), (4, "OK")]),
        ("the suppressor is quiet: told after the wait", "oAAAA", "ooooo", [(3, "ALARM")]),
        ("the suppressor follows within the wait", "oAAAA", "ooAAA", []),
        ("the suppressor was first", "ooAAA", "oAAAA", []),
        ("told when the suppressor has ended and the extension is over", "oAAAAAA", "oAAAooo", [(5, "ALARM")]),
        ("over before the suppressor is", "oAAoooo", "oAAAooo", []),
        ("a short burst is never told", "oAoooo", "oooooo", []),
    ],
)
def test_what_suppresses_a_composite(
    why: str, composite: str, suppressor: str, expected: list[tuple[int, str]]
) -> None:
    assert told(timeline(composite), timeline(suppressor), wait=120, extension=60) == expected, why
