"""The report in each format: to the letter for people, complete for programs, and safe whatever labels hold."""

import json
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlmon.budget import render_html, render_json, render_markdown, render_text
from mlmon.budget.compute import entry, verdict
from mlmon.budget.history import Group, span
from mlmon.budget.model import Budget, Projection, Report
from mlmon.budget.words import outlook
from mlmon.plan.slo import Slo
from tests.budget.stories import DAY, HOUR, NOW, Counts, Outage, chunks, month, slos

TEXT = """\
Error budgets at 2026-03-30 12:00 UTC, from http://prometheus:9090

fraud
  SLO                        PROMISE             ACTUAL      LEFT    STILL ALLOWED  USED UP
  availability               99.9% / 30d        99.919%     19.3%     4,857 events  in 4d or later
  latency                    99% / 30d           98.81%    -18.9%          nothing  spent
  freshness                  95% / 30d           96.66%     33.3%              12h  in 6d or later
  by-version {model_version="2026-03-release-candidate"}
                             99.5% / month      99.866%     73.3%    93,456 events  not within 36h
  answers                    99% / 30d       not measured: no events were counted in the period

  availability: what spent the budget (measured for 96% of the time)
    2026-03-12 12:00  45min                    5,400 events bad     21.6%
    2026-03-25 12:00  2h                       6,480 events bad     25.9%
    outside of incidents                                            33.2%
    by day: 2026-03-12 22.7%, 2026-03-25 26.9%, the other 29 days 31.0%
    burn: 0.3x over 6h, 0.3x over 3d

  latency: what spent the budget
    2026-03-10 12:00  10h                    180,000 events bad     69.4%
    2026-03-30 10:00  2h so far               43,200 events bad     16.7%
    outside of incidents                                            32.8%
    by day: 2026-03-10 70.1%, 2026-03-30 17.1%, the other 29 days 31.7%
    burn: 20.2x over 6h, 2.0x over 3d

  freshness: what spent the budget
    2026-03-21 12:00  1d                                 1d bad     66.7%
    outside of incidents                                             0.0%
    by day: 2026-03-21 33.3%, 2026-03-22 33.3%, the other 29 days 0.0%
    burn: 0.0x over 6h, 0.0x over 3d

  by-version {model_version="2026-03-release-candidate"}: what spent the budget
    outside of incidents                                            26.7%
    by day: evenly, 0.9% a day
    burn: 0.3x over 6h, 0.3x over 3d

note: one store is away
freeze: fraud/latency: the budget is spent
freeze: fraud/answers: not measured, so nobody can say that 10% of the budget is left
"""


@pytest.fixture(scope="module")
def promises(tmp_path_factory: pytest.TempPathFactory) -> tuple[Slo, ...]:
    return slos(
        tmp_path_factory.mktemp("slos"),
        "{name: availability, objective: 99.9%}",
        "{name: latency, objective: 99%, threshold: 500ms}",
        "{name: freshness, objective: 95%, max_age: 7d}",
        "{name: by-version, indicator: availability, objective: 99.5%, group_by: [version], calendar: month}",
        "{name: answers, indicator: availability, objective: 99%}",
    )


STORIES: tuple[tuple[Counts, Group], ...] = (
    (
        month(
            Outage(NOW - 18 * DAY, NOW - 18 * DAY + 45 * 60, 20),
            Outage(NOW - 5 * DAY, NOW - 5 * DAY + 2 * HOUR, 9),
            gaps=((NOW - 12 * DAY, NOW - 11 * DAY),),
        ),
        (),
    ),
    (month(Outage(NOW - 20 * DAY, NOW - 20 * DAY + 10 * HOUR, 50), Outage(NOW - 2 * HOUR, NOW, 60), steady=10), ()),
    (month(Outage(NOW - 9 * DAY, NOW - 8 * DAY, 100), events=300, steady=0), ()),
    (month(steady=4), (("model_version", "2026-03-release-candidate"),)),
    (lambda _: (0, 0), ()),
)


@pytest.fixture(scope="module")
def report(promises: tuple[Slo, ...]) -> Report:
    verdicts = []
    for slo, (story, group) in zip(promises, STORIES, strict=True):
        over = span(slo.period, NOW)
        verdicts.append(verdict(entry(slo, group, over, chunks(story, over)), Decimal("0.1")))
    return Report(NOW, "http://prometheus:9090", Decimal("0.1"), tuple(verdicts), ("one store is away",))


def test_the_text_is_this(report: Report) -> None:
    assert render_text.render(report) == TEXT


def test_the_text_fits_into_a_hundred_columns(report: Report) -> None:
    assert max(map(len, render_text.render(report).splitlines())) <= 100


def test_colours_do_not_move_the_columns(report: Report) -> None:
    def paint(text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m"

    painted = render_text.render(report, paint)
    for colour in ("red", "green", "yellow"):
        assert f"\x1b[{colour}m" in painted
        painted = painted.replace(f"\x1b[{colour}m", "")
    assert painted.replace("\x1b[0m", "") == render_text.render(report)


@pytest.mark.parametrize(("likelihood", "words"), [("0.004", "less than 1%"), ("0.01", "1%"), ("0.376", "37%")])
def test_a_small_likelihood_is_not_none(report: Report, likelihood: str, words: str) -> None:
    budget = next(item.entry for item in report.verdicts if isinstance(item.entry, Budget) and item.entry.left > 0)
    seldom = Projection(horizon=30 * 86400, early=None, middle=None, late=None, likelihood=Decimal(likelihood))
    told = outlook(replace(budget, projection=seldom))
    assert told == f"If it goes on as it did, the budget is used up within 30d in {words} of cases."


def test_json_has_every_number(report: Report) -> None:
    found = json.loads(render_json.render(report))
    assert (found["at"], found["freeze"], found["min_budget"]) == ("2026-03-30T12:00:00Z", True, 0.1)
    first = found["budgets"][0]
    budget = report.verdicts[0].entry
    assert isinstance(budget, Budget)
    assert (first["bad"], first["good"], first["left_events"]) == (20_199, 25_035_801, 4_857)


def test_json_says_what_is_not_measured(report: Report) -> None:
    last = json.loads(render_json.render(report))["budgets"][-1]
    assert (last["measured"], last["freeze"], last["why"]) == (False, True, "no events were counted in the period")
    assert "left" not in last


def test_markdown_has_a_table_of_all_and_one_for_each(report: Report) -> None:
    text = render_markdown.render(report)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert sum(token.type == "table_open" for token in tokens) == 1 + 2 * 4
    assert "| fraud/latency | 99% / 30d | 98.81% | -18.9% | nothing | spent | freeze: the budget is spent |" in text


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(report: Report) -> None:
    text = render_html.render(report)
    page = Page(text)
    assert page.open == []
    assert {"script", "img", "link", "iframe", "object"}.isdisjoint(tag for tag, _ in page.tags)
    addresses = [value for _, attributes in page.tags for key, value in attributes.items() if key in {"href", "src"}]
    assert addresses == [f"#slo-{number}" for number in range(5)]
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_can_be_read_aloud(report: Report) -> None:
    page = Page(render_html.render(report))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert page.all("html") == [{"lang": "en"}]
    # The page's own, one for each chart, and one for each of 5 incidents and the gap.
    assert len(page.all("title")) == 1 + 4 + 5 + 1
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(head["scope"] in {"col", "row"} for head in page.all("th"))
    for picture in page.all("svg"):
        assert picture["role"] == "img"
        assert set(str(picture["aria-labelledby"]).split()) <= set(ids)


def kinds(text: str) -> list[str]:
    return [token.type for token in MarkdownIt("commonmark").enable("table").parse(text)]


HOSTILE = st.text("<>&\"'`|[]()*_\\\x00\x1b\u2028 \n/scriptaé", min_size=1, max_size=20)


@settings(max_examples=30, deadline=None)
@given(HOSTILE)
def test_labels_stay_text(promises: tuple[Slo, ...], value: str) -> None:
    slo = promises[3]
    over = span(slo.period, NOW)
    story = chunks(lambda end: (1, 3000) if end > NOW - HOUR else None, over)
    made = Report(NOW, "http://p", None, (verdict(entry(slo, (("model_version", value),), over, story), None),))
    plain = Report(NOW, "http://p", None, (verdict(entry(slo, (("model_version", "x"),), over, story), None),))
    page, harmless = Page(render_html.render(made)), Page(render_html.render(plain))
    assert page.open == []
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
    text = render_text.render(made)
    assert all(character == "\n" or character.isprintable() for character in text)
    assert text.count("\n") - render_text.render(plain).count("\n") in {0, 1}
    assert kinds(render_markdown.render(made)) == kinds(render_markdown.render(plain))
    assert json.loads(render_json.render(made))["budgets"][0]["group"] == {"model_version": value}
