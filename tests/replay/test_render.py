"""How a replay is shown: within 100 columns, the same times everywhere, and nothing that a name could break."""

import re
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser

import pytest

from mlmon.plan.model import Alert
from mlmon.replay import render_html, render_text
from mlmon.replay.incident import Incident, chosen
from mlmon.replay.model import Curve, Fired, Limit, Message, Result, Verdict
from mlmon.replay.report import Report, lasted, shown
from mlmon.replay.states import Span
from mlmon.report import plain_paint
from tests.support.fleet import fleet

HOSTILE = "<script>alert(1)</script>&\"'\x07]]>"
BEGIN = 1718107200.0  # 12:00 UTC


def alert(severity: str) -> Alert:
    service = next(item for item in fleet().services if item.name == "recommender")
    return next(item for item in service.alerts if item.name == "HighErrorRatio" and item.severity == severity)


def result(*, name: str = "GPU 0") -> Result:
    service = next(item for item in fleet().services if item.name == "recommender")
    labels = (("alertname", "HighErrorRatio"), ("gpu", name))
    page = Fired(alert("page"), labels, (Span(BEGIN + 1800, BEGIN + 3600), Span(BEGIN + 5400, None)))
    ticket = Fired(alert("ticket"), labels, (Span(BEGIN + 2400, BEGIN + 3600),))
    messages = (
        Message(
            "pagerduty-ml", "page", "HighErrorRatio", "recommender", BEGIN + 1800, BEGIN + 1830, True, "HighErrorRatio"
        ),
        Message("slack", "ticket", "HighErrorRatio", "recommender", BEGIN + 2400, None, False, "HighErrorRatio"),
    )
    points = tuple((BEGIN + 60 * step, step / 100) for step in range(120) if not 40 < step < 50)
    curve = Curve(name, "ratio", ((name, points),), (Limit("page", 0.05), Limit("ticket", 0.02)), (page,))
    return Result(
        service, BEGIN - 3600, BEGIN + 7200, BEGIN, 30, (page, ticket), messages, (curve,), (f"note {name}",),
        Verdict("Because.", ("nobody is paged",)), (ticket,),
    )  # fmt: skip


def report(*, incident: Incident | None = None, name: str = "GPU 0", **changes: object) -> Report:
    made = Report(f"Title {name}", "About.", (result(name=name),), (), incident, UTC, frozenset({"page"}))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_timeline() -> None:
    text = render_text.render(report(incident=chosen("error-burst")), plain_paint)
    assert f"  what happens{'':34}......................======......................\n" in text
    assert f"  page HighErrorRatio gpu=GPU 0{'':17}.........................#########.......#########\n" in text
    assert "    12:30  pagerduty-ml       page    HighErrorRatio\n" in text
    assert "    nobody slack              ticket  HighErrorRatio (fires since 12:40)\n" in text
    assert "  not told, as another alert says more or it was over soon: HighErrorRatio (ticket)\n" in text
    assert "  not as expected: nobody is paged\n" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("incident", [None, chosen("error-burst")])
def test_lines_fit_100_columns(incident: Incident | None) -> None:
    text = render_text.render(report(incident=incident), plain_paint)
    assert max(map(len, text.splitlines())) <= 100


def test_history_says_how_often_a_week() -> None:
    lenient = replace(result(), messages=())
    text = render_text.render(report(proposed=(lenient,), thresholds=("error_ratio.page=50%",)), plain_paint)
    assert "  56.0 pages and 112.0 messages a week\n" in text
    assert re.search(r"HighErrorRatio page +1, at most 30m +none\n", text)
    assert re.search(r"all pages +56\.0 a week +0\.0 a week\n", text)


class Checker(HTMLParser):
    """Collects tags and ids, and that each element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.refers += (given.get("aria-labelledby") or "").split()
        self.outside += [
            value or "" for key, value in attrs if key in {"src", "href"} and not (value or "").startswith("#")
        ]


@pytest.mark.parametrize("name", ["GPU 0", HOSTILE])
def test_page_is_self_contained_and_escaped(name: str) -> None:
    page = render_html.render(report(incident=chosen("error-burst"), name=name, proposed=(result(name=name),)))
    checker = Checker()
    checker.feed(page)
    assert "script" not in checker.tags
    assert checker.outside == []
    assert "url(" not in page
    assert len(checker.ids) == len(set(checker.ids))
    assert set(checker.refers) <= set(checker.ids)
    assert checker.tags.count("svg") == 2
    assert "\x07" not in page


def test_first_colour_is_kept_for_what_wakes_somebody() -> None:
    named = list(dict.fromkeys(alert.severity for alert in result().service.alerts))
    assert {"page", "ticket"} <= set(named)
    assert report().ranks(result())["page"] == 0
    assert report(paging=frozenset({"ticket"})).ranks(result())["ticket"] == 0
    assert 0 not in report(paging=frozenset()).ranks(result()).values()


def test_page_draws_gaps_thresholds_and_firing() -> None:
    page = render_html.render(report(incident=chosen("error-burst")))
    assert page.count("<polyline") == 2
    assert page.count('class="limit ') == 2
    assert page.count('class="band first"') == 2
    assert page.count('class="bar second back"') == 1
    assert page.count('class="told-mark"') == 1
    assert "pagerduty-ml is paged by HighErrorRatio at 12:30, 10m30s after it began." in page


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.2412, "seconds", "241ms"),
        (4.3, "seconds", "4.3s"),
        (5400, "seconds", "1h30m"),
        (0.0123, "ratio", "1.23%"),
        (3 * 1024**3, "bytes", "3GiB"),
        (88.123, "celsius", "88.1 °C"),
        (0, "seconds", "0s"),
    ],
)
def test_numbers(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_lengths() -> None:
    assert [lasted(seconds) for seconds in (90, 5415, 100_000)] == ["1m30s", "1h30m", "1d3h"]
