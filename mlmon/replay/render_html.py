"""A replay as one HTML page: no script, nothing from elsewhere, light and dark, fit for print and screen readers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlmon.budget.html import document, node
from mlmon.replay.chart import curve, lanes
from mlmon.replay.report import lasted, weekly

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from mlmon.replay.model import Curve, Fired, Message, Result
    from mlmon.replay.report import Report

_STYLE: Final = Path(__file__).with_name("page.css")
_UNTOLD: Final = "another alert says more, or it was over by the next look"
_KINDS: Final = ("first", "second", "third")


def render(report: Report) -> str:
    """Return the page."""
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light dark"),
        node("title", report.title),
        node("style", _STYLE.read_text(encoding="utf-8")),
    )
    links = [node("a", result.service.name, href=f"#service-{n}") for n, result in enumerate(report.results)]
    others = {result.service.name: result for result in report.proposed}
    body = node(
        "body",
        node(
            "header",
            node("h1", report.title),
            node("p", report.about),
            node("nav", *links, aria_label="Services") if len(links) > 1 else None,
        ),
        node(
            "main",
            *(_section(report, result, others.get(result.service.name), n) for n, result in enumerate(report.results)),
        ),
    )
    return document(node("html", head, body, lang="en"))


def _section(report: Report, result: Result, other: Result | None, number: int) -> Element:
    colours = {name: _KINDS[rank] for name, rank in report.ranks(result).items()}
    pictures = [_figure(report, result, item, colours, f"{number}-{n}") for n, item in enumerate(result.curves)]
    return node(
        "section",
        node("h2", result.service.name, " ", _badge(result)),
        node("p", _answer(report, result), class_="answer"),
        node("p", result.verdict.why, class_="note") if result.verdict else None,
        *(
            node("p", f"Not as expected: {text}.", class_="wrong")
            for text in (result.verdict.wrong if result.verdict else ())
        ),
        _comparison(report, result, other) if other else None,
        node("figure", lanes(report, result, colours, number), _legend(report, result, colours))
        if result.fired
        else None,
        _told(report, result, colours) if result.messages else None,
        node("div", *pictures, class_="curves") if pictures else None,
        _alerts(report, result, colours) if result.fired else None,
        *(node("p", _sentence(note), class_="note") for note in result.notes),
        id=f"service-{number}",
    )


def _badge(result: Result) -> Element | None:
    if result.verdict is None:
        return None
    bad = bool(result.verdict.wrong)
    return node("span", "not as expected" if bad else "as expected", class_=f"badge {'bad' if bad else 'good'}")


def _answer(report: Report, result: Result) -> str:
    """The first sentence that somebody on call wants: who is woken, when, and by what."""
    pages = result.pages
    if not report.incident:
        return f"{weekly(pages, result):.1f} pages and {weekly(result.messages, result):.1f} messages a week."
    if not pages:
        others = sum(message.at is not None for message in result.messages)
        return (
            f"Nobody is paged; {others} {'message is' if others == 1 else 'messages are'} sent."
            if others
            else "Nobody is told anything."
        )
    start = result.begin + float(report.incident.phases[0].start.seconds)
    told = (
        f"{message.receiver} is paged by {message.rule} at {report.clock(message.at)}, "
        f"{lasted(message.at - start)} after it began"
        for message in pages
        if message.at is not None
    )
    return "; ".join(told) + "."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _severity(name: str, colours: dict[str, str]) -> Element:
    return node("span", name, class_=f"badge {colours.get(name, 'third')}")


def _table(caption: str, heads: tuple[str, ...], rows: list[Element]) -> Element:
    head = node("thead", node("tr", *(node("th", text, scope="col") for text in heads)))
    return node("div", node("table", node("caption", caption), head, node("tbody", *rows)), class_="scroll")


def _told(report: Report, result: Result, colours: dict[str, str]) -> Element:
    rows = [
        node(
            "tr",
            node("th", message.rule, scope="row"),
            node("td", _severity(message.severity, colours)),
            node("td", message.receiver),
            node("td", report.clock(message.since), class_="when"),
            node("td", _when(report, message), class_="when"),
            node("td", ", ".join(f"{item.rule} at {report.clock(item.at)}" for item in message.joined)),
        )
        for message in result.messages
    ]
    heads = ("Alert", "Severity", "Receiver", "Fires since", "Told at", "Joined by")
    return _table("Who is told", heads, rows)


def _when(report: Report, message: Message) -> str:
    return "never: over before business hours" if message.at is None else report.clock(message.at)


def _alerts(report: Report, result: Result, colours: dict[str, str]) -> Element:
    rows = [
        node(
            "tr",
            node("th", item.title, scope="row"),
            node("td", _severity(item.alert.severity, colours)),
            node("td", _times(report, result, item)),
            node("td", _UNTOLD if item in result.held_back else ""),
        )
        for item in result.fired
    ]
    return _table("What fires", ("Alert", "Severity", "From and to", "Not told, since"), rows)


def _times(report: Report, result: Result, item: Fired) -> str:
    shown = [
        f"{report.clock(span.start)} – {'…' if span.end is None else report.clock(span.end)} "
        f"({lasted(span.until(result.end) - span.start)})"
        for span in item.spans[:8]
    ]
    more = [f"and {len(item.spans) - 8} more"] if len(item.spans) > 8 else []
    return ", ".join([*shown, *more])


def _figure(report: Report, result: Result, item: Curve, colours: dict[str, str], number: str) -> Element:
    named = [(name, place) for place, (name, _) in enumerate(item.lines) if name]
    keys = (node("span", node("i", class_=f"key l{place}", aria_hidden="true"), name) for name, place in named)
    return node(
        "figure",
        node("h3", item.title),
        curve(report, result, item, colours, number),
        node("figcaption", *keys) if named else None,
    )


def _legend(report: Report, result: Result, colours: dict[str, str]) -> Element:
    used = dict.fromkeys(item.alert.severity for item in result.fired)
    keys = [(colours[name], f"{name} fires") for name in used]
    keys += [("first back", "not told")] if result.held_back else []
    keys += [("mark", "somebody is told")] if result.messages else []
    keys += [("phase", "; ".join(phase.name for phase in report.incident.phases))] if report.incident else []
    return node(
        "figcaption",
        *(node("span", node("i", class_=f"key {kind}", aria_hidden="true"), text) for kind, text in keys),
    )


def _comparison(report: Report, now: Result, then: Result) -> Element:
    names = dict.fromkeys((message.alert, message.severity) for message in (*now.messages, *then.messages))
    rows = [
        node(
            "tr",
            node("th", f"{alert} ({severity})", scope="row"),
            *(node("td", str(_count(result, alert, severity))) for result in (now, then)),
        )
        for alert, severity in names
    ]
    weeks = (node("td", f"{weekly(result.pages, result):.1f}") for result in (now, then))
    rows.append(node("tr", node("th", "Pages a week", scope="row"), *weeks))
    return _table(f"Messages with {', '.join(report.thresholds)}", ("Alert", "Now", "Proposed"), rows)


def _count(result: Result, alert: str, severity: str) -> int:
    return sum((message.alert, message.severity) == (alert, severity) for message in result.messages)
