"""The report as one HTML page: no script, nothing from elsewhere, light and dark, fit for print and screen readers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlmon.budget import words
from mlmon.budget.chart import burn_down
from mlmon.budget.html import document, node
from mlmon.budget.model import Budget
from mlmon.units import percent

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from mlmon.budget.model import Report, Verdict

_STYLE: Final = Path(__file__).with_name("page.css")
_COLUMNS: Final = ("SLO", "Promise", "Actual", "Budget left", "Still allowed", "Used up", "Releases")
_LEGEND: Final = (
    ("line", "budget left"),
    ("even", "even use"),
    ("incident", "incident"),
    ("gap", "not measured"),
)


def render(report: Report) -> str:
    """Return the page."""
    title = f"Error budgets, {words.moment(report.now)} UTC"
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light dark"),
        node("title", title),
        node("style", _STYLE.read_text(encoding="utf-8")),
    )
    sections = [_section(verdict, number) for number, verdict in enumerate(report.verdicts)]
    body = node(
        "body",
        node("header", node("h1", "Error budgets"), node("p", _about(report))),
        node("main", _overview(report), *(node("p", note, class_="note") for note in report.notes), *sections),
    )
    return document(node("html", head, body, lang="en"))


def _about(report: Report) -> str:
    minimum = f"; releases need {percent(report.min_budget)}" if report.min_budget is not None else ""
    return f"At {words.moment(report.now)} UTC, from {report.source}{minimum}. All times are UTC."


def _table(caption: str, heads: tuple[str, ...], rows: list[Element]) -> Element:
    head = node("thead", node("tr", *(node("th", text, scope="col") for text in heads)))
    table = node("table", node("caption", caption), head, node("tbody", *rows))
    # On a narrow screen the table scrolls within its box, which a keyboard has to be able to reach.
    return node("div", table, class_="scroll", role="region", tabindex=0, aria_label=caption)


def _row(first: str | Element, *cells: str | Element) -> Element:
    return node("tr", node("th", first, scope="row"), *(node("td", cell) for cell in cells))


def _overview(report: Report) -> Element:
    rows = []
    for number, verdict in enumerate(report.verdicts):
        entry = verdict.entry
        name = node("a", words.full_name(entry), href=f"#slo-{number}")
        rows.append(_row(name, words.promise(entry.slo), *_numbers(verdict), _releases(verdict)))
    return _table("All budgets", _COLUMNS, rows)


def _numbers(verdict: Verdict) -> tuple[str, str, str, str]:
    budget = verdict.entry
    if not isinstance(budget, Budget):
        return "not measured", "unknown", "unknown", "unknown"
    return words.actual(budget), words.share(budget.left), words.allowed(budget), words.exhaustion(budget)


def _releases(verdict: Verdict) -> Element:
    if verdict.freeze:
        return node("span", "freeze", class_="badge bad")
    known = isinstance(verdict.entry, Budget) and not verdict.entry.is_stale
    return node("span", "go", class_="badge good") if known else node("span", "unknown", class_="badge unknown")


def _section(verdict: Verdict, number: int) -> Element:
    entry = verdict.entry
    head = (
        node("h2", words.full_name(entry), " ", _releases(verdict)),
        node("p", f"{entry.slo.description} Promise: {words.promise(entry.slo)}."),
    )
    if not isinstance(entry, Budget):
        return node("section", *head, node("p", f"Not measured: {entry.reason}."), id=f"slo-{number}")
    known = words.measured(entry)
    facts = (_sentence(verdict.reason), words.outlook(entry), f"It burned {words.burns(entry)}.")
    return node(
        "section",
        *head,
        node("p", " ".join(filter(None, facts))),
        node("p", f"Only {known}.", class_="note") if known else None,
        node("figure", burn_down(entry, number), _legend()),
        _incidents(entry),
        node("details", node("summary", "By day"), _days(entry)),
        id=f"slo-{number}",
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _legend() -> Element:
    return node(
        "figcaption",
        *(node("span", node("i", class_=f"key {kind}", aria_hidden="true"), text) for kind, text in _LEGEND),
    )


def _incidents(budget: Budget) -> Element:
    rows = [
        _row(
            words.moment(item.start),
            words.lasted(item),
            words.counted(budget.slo, item.errors),
            words.cost(item.share),
        )
        for item in budget.incidents
    ]
    rows.append(_row("outside of incidents", "", "", words.cost(budget.scattered)))
    return _table("What spent the budget", ("Incident", "Lasted", "Bad", "Of the budget"), rows)


def _days(budget: Budget) -> Element:
    rows = [
        _row(
            str(day.day),
            "not measured" if day.events is None else words.counted(budget.slo, day.errors),
            words.cost(day.share),
        )
        for day in budget.days
    ]
    return _table("Spent by day", ("Day", "Bad", "Of the budget"), rows)
