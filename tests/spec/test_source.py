"""YAML with positions: what it reads, where it says things stand, and that no text makes it fail otherwise."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlmon.diagnostics import Finding
from mlmon.spec.source import SourceError, parse

SIMPLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefgh", min_size=1), inner, max_size=4),
    max_leaves=12,
)


def finding_of(text: str) -> Finding | None:
    try:
        parse(text, "x.yaml")
    except SourceError as error:
        return error.finding
    return None


@given(SIMPLE)
def test_reads_back_what_a_yaml_writer_wrote(data: Any) -> None:
    assert parse(yaml.safe_dump(data, allow_unicode=True), "x.yaml").data == data


@given(st.text(max_size=200))
def test_any_text_gives_data_or_one_placed_finding(text: str) -> None:
    finding = finding_of(text)
    assert finding is None or (finding.place.path == "x.yaml" and finding.message)


def test_numbers_stay_exact_and_words_stay_words() -> None:
    data = parse("a: 99.90\nb: 'yes'\nc: yes\nd: 12:30\ne: 2027-03-01\nf: on\ng: true\nh: ~\n", "x.yaml").data
    assert data == {
        "a": Decimal("99.90"),
        "b": "yes",
        "c": "yes",
        "d": "12:30",
        "e": "2027-03-01",
        "f": "on",
        "g": True,
        "h": None,
    }


def test_places_are_those_of_keys_and_values() -> None:
    document = parse("a:\n  - b: 1\n    c: [x, y]\n", "x.yaml")
    assert str(document.locate(("a", 0, "c", 1))) == "x.yaml:3:12"
    assert str(document.locate(("a", 0, "c"), key=True)) == "x.yaml:3:5"
    assert str(document.locate(("a", 0, "missing"))) == "x.yaml:2:5"


def test_an_alias_is_placed_where_it_is_used() -> None:
    document = parse("a: &x {k: 1}\nb: *x\n", "x.yaml")
    assert document.data == {"a": {"k": 1}, "b": {"k": 1}}
    assert str(document.locate(("b",))) == "x.yaml:2:4"


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000, "{a: " * 3000, "a: " + "x" * 1_000_001])
def test_depth_and_size_are_bounded(text: str) -> None:
    with pytest.raises(SourceError):
        parse(text, "x.yaml")
