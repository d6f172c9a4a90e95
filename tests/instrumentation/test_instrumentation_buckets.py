"""The matcher of a bucket in rules finds the bucket as clients and servers write it."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.utils import floatToGoString

from mlmon.promql.text import bucket

BOUNDS = st.decimals(min_value=Decimal("0.0000001"), max_value=Decimal(10) ** 12, places=7).filter(bool)


def matches(matcher: str, le: str) -> bool:
    """As Prometheus would: regular expressions are anchored."""
    operator, literal = re.fullmatch(r"le(=~?)(\".*\")", matcher).groups()  # type: ignore[union-attr]
    value = json.loads(literal)
    return le == value if operator == "=" else re.fullmatch(value, le) is not None


@given(BOUNDS.map(lambda bound: Decimal(repr(float(bound)))))
@example(Decimal("0.5"))
@example(Decimal("1000000"))
@example(Decimal("2500000"))
@example(Decimal("0.00005"))
@example(Decimal("100"))
def test_a_bound_is_found_as_the_python_client_writes_it(bound: Decimal) -> None:
    assert matches(bucket(bound), floatToGoString(float(bound)))


@pytest.mark.parametrize(("bound", "other"), [("0.5", "0.25"), ("1.5", "125"), ("1000000", "10000000"), ("5", "50")])
def test_other_bounds_are_not(bound: str, other: str) -> None:
    assert not matches(bucket(Decimal(bound)), floatToGoString(float(other)))
    assert matches(bucket(Decimal(bound)), bound)


def test_usual_bounds_stay_plain() -> None:
    assert bucket(Decimal("0.5")) == 'le="0.5"'
    assert bucket(Decimal(5)) == 'le=~"5(\\\\.0)?"'
    assert bucket(Decimal(1_000_000)) == 'le=~"1000000(\\\\.0)?|1e\\\\+06"'
