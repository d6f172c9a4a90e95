"""Human units: exact, refused with advice when they are not what is asked for, and printed back the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmon.units import Duration, UnitError, percent, plain, read, show


@pytest.mark.parametrize(
    ("text", "seconds", "shown"),
    [
        ("500ms", "0.5", "500ms"),
        ("90m", "5400", "1h30m"),
        ("1h30m", "5400", "1h30m"),
        ("0.5s", "0.5", "500ms"),
        ("2w", "1209600", "14d"),
        ("30d", "2592000", "30d"),
        ("1d12h", "129600", "1d12h"),
    ],
)
def test_duration_is_exact_and_prints_as_prometheus_reads_it(text: str, seconds: str, shown: str) -> None:
    duration = Duration.of(text)
    assert duration.seconds == Decimal(seconds)
    assert str(duration) == shown


@pytest.mark.parametrize("text", ["", "5", "-3d", "5 m", "m", "1h 30m", "5min", "1e3s", "٥m"])
def test_what_is_no_duration_is_refused_with_advice(text: str) -> None:
    with pytest.raises(UnitError) as caught:
        Duration.of(text)
    assert "write a number and a unit" in caught.value.advice


@given(st.integers(min_value=1, max_value=10**12))
def test_a_printed_duration_reads_back_the_same(milliseconds: int) -> None:
    duration = Duration(Decimal(milliseconds) / 1000)
    assert Duration.of(str(duration)) == duration


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("99.9%", "ratio", "0.999"),
        (Decimal("0.05"), "ratio", "0.05"),
        ("16GiB", "bytes", "17179869184"),
        ("500MB", "bytes", "500000000"),
        (85, "celsius", "85"),
        ("2s", "seconds", "2"),
    ],
)
def test_a_threshold_is_read_in_its_unit(value: str | int | Decimal, unit: str, expected: str) -> None:
    assert read(value, unit) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "unit"), [(500, "seconds"), ("16 apples", "bytes"), ("many", "celsius"), ("NaN", "ratio")]
)
def test_a_threshold_of_another_unit_is_refused(value: str | int, unit: str) -> None:
    with pytest.raises(UnitError):
        read(value, unit)


@given(st.decimals(min_value=0, max_value=1, places=6), st.sampled_from(["ratio", "celsius"]))
def test_a_shown_number_reads_back_the_same(value: Decimal, unit: str) -> None:
    assert read(show(value, unit).removesuffix(" °C"), unit) == value


def test_no_dust_in_what_is_printed() -> None:
    assert percent(1 - Decimal("0.999")) == "0.1%"
    assert plain(Decimal("14.4") * (1 - Decimal("0.999"))) == "0.0144"
    assert plain(Decimal("1E+6")) == "1000000"
    assert show(Decimal("17179869184"), "bytes") == "16GiB"
