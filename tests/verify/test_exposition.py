"""Pages as they are written, and as they should not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from mlmon.verify.exposition import Page, PageError, parse


def read(text: str, *, openmetrics: bool = False) -> Page:
    return parse(text, openmetrics=openmetrics)


def test_the_text_format() -> None:
    page = read(
        "# HELP a_total Help with # and {braces}.\n# TYPE a_total counter\n# a remark\n\n"
        'a_total{x="1",y="a,b}"} 3 1700000000000\na_total 4\n  b{ x = "1" , } +Inf\nc\t1e-3\nd{x=""} NaN\n'
        'e{x="back\\\\slash \\"quote\\" new\\nline"} 0\n'
    )
    assert page.types == {"a_total": "counter"}
    assert page.samples["a_total"] == [({"x": "1", "y": "a,b}"}, 3.0), ({}, 4.0)]
    assert page.samples["b"] == [({"x": "1"}, float("inf"))]
    assert page.samples["c"] == [({}, 0.001)]
    assert page.samples["e"] == [({"x": 'back\\slash "quote" new\nline'}, 0.0)]


def test_openmetrics() -> None:
    page = read(
        '# TYPE a counter\n# UNIT a seconds\na_total{x="1"} 3 1700000000.5 # {trace_id="abc"} 0.5 1700000000.1\n'
        "a_created 1\n# TYPE b unknown\nb 1\n# EOF\n",
        openmetrics=True,
    )
    assert page.types == {"a": "counter", "b": "unknown"}
    assert page.samples["a_total"] == [({"x": "1"}, 3.0)]


def test_names_of_any_character_as_prometheus_3_has_them() -> None:
    page = read('# TYPE "http.requests" counter\n{"http.requests","a.b"="c",d="e"} 1\n')
    assert page.types == {"http.requests": "counter"}
    assert page.samples == {"http.requests": [({"a.b": "c", "d": "e"}, 1.0)]}


BROKEN = {
    "no number": ("a 1\nb\n", 2, '`b` is not `metric{label="value"} number`'),
    "a word": ("a 1\n\nb yes\n", 3, '`b yes` is not `metric{label="value"} number`'),
    "an underscore in a number": ("a 1_0\n", 1, '`a 1_0` is not `metric{label="value"} number`'),
    "no quotes": ("a{x=1} 1\n", 1, '`x=1` is not `label="value"`'),
    "an open quote": ('a{x="1} 1\n', 1, '`a{x="1} 1` is not `metric{label="value"} number`'),
    "a label twice": ('a{x="1",x="2"} 1\n', 1, '`x="1",x="2"` has a label twice'),
    "a name with a dash": ("a-b 1\n", 1, '`a-b 1` is not `metric{label="value"} number`'),
    "no name": ('{x="1"} 1\n', 1, '`{x="1"} 1` has no name of a metric'),
    "a type that there is not": ("# TYPE a timer\na 1\n", 1, "`timer` is no type of metric"),
    "half a type": ("# TYPE a\n", 1, "`# TYPE a` is not `# TYPE metric type`"),
    "an exemplar in text": ('a_bucket{le="1"} 1 # {t="x"} 1\n', 1, '`a_bucket{le="1"} 1 # {t="x"} 1` is not `metric'),
    "a time that is none": ("a 1 now\n", 1, "`now` is no time stamp"),
    "Windows' ends of lines": ("a 1\r\n", 1, '`a 1\r` is not `metric{label="value"} number`'),
    "a web page": ("\n<!DOCTYPE html>\n<html>", 1, "it is a web page (HTML)"),
    "JSON": ('{"status": "ok"}', 1, '`{"status": "ok"}` is not `metric{label="value"} number`'),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_page_has_a_line(case: str) -> None:
    text, line, message = BROKEN[case]
    with pytest.raises(PageError) as error:
        read(text)
    assert error.value.line == line
    assert error.value.message.startswith(message)


def test_openmetrics_that_is_cut_off() -> None:
    with pytest.raises(PageError) as error:
        read("# TYPE a gauge\na 1\n", openmetrics=True)
    assert (error.value.line, error.value.message) == (3, "it does not end with `# EOF`, so it is cut off")


@given(st.text(max_size=80), st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str, more: str) -> None:
    for page in (text, f'a{{x="{text}"}} {more}', f"# TYPE {text} {more}"):
        assert 0 <= broken_line(page) <= page.count("\n") + 1


def broken_line(page: str) -> int:
    """The line that a reader complains of, 0 if it does not."""
    try:
        read(page)
    except PageError as error:
        return error.line
    return 0


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20)


@given(st.lists(VALUES, min_size=1, max_size=4, unique=True), st.floats(min_value=0, allow_nan=False))
def test_what_the_client_library_writes_comes_back(values: list[str], number: float) -> None:
    registry = CollectorRegistry()
    gauge = Gauge("g", "Help.", ["x"], registry=registry)
    Counter("c", "Help.", registry=registry).inc(number)
    for value in values:
        gauge.labels(value).set(number)
    for page in (
        read(generate_latest(registry).decode()),
        read(generate_openmetrics(registry).decode(), openmetrics=True),
    ):
        assert page.samples["g"] == [({"x": value}, number) for value in values]
        assert page.samples["c_total"] == [({}, number)]
