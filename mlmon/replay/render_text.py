"""A replay on a terminal or in a pipe: a line for each alert over time, and who was told when."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from mlmon.replay.report import lasted, weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mlmon.replay.model import Message, Result
    from mlmon.replay.report import Report

    Paint = Callable[[str, str], str]

_WIDTH: Final = 100
_LABEL: Final = 48
_COLUMNS: Final = _WIDTH - _LABEL - 2
_COLOURS: Final = ("red", "yellow", "blue")
_MOST: Final = 40
_SOON: Final = 600


def render(report: Report, paint: Paint) -> str:
    """Return the report for people; at most 100 columns wide where names allow it."""
    lines = [paint(report.title, "cyan"), *_wrapped(report.about), ""]
    others = {result.service.name: result for result in report.proposed}
    for result in report.results:
        lines += [*_result(report, result, paint), ""]
        if result.service.name in others:
            lines += [*_comparison(report, result, others[result.service.name], paint), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _result(report: Report, result: Result, paint: Paint) -> Iterator[str]:
    yield paint(result.service.name, "cyan") + f" (team {result.service.team})"
    colours = {name: _COLOURS[rank] for name, rank in report.ranks(result).items()}
    yield f"{'':{_LABEL}}{_axis(report, result)}"
    if report.incident:
        begin, phases = result.begin, report.incident.phases
        spans = [(begin + float(phase.start.seconds), begin + float(phase.end.seconds)) for phase in phases]
        yield f"{'  what happens':{_LABEL}}{paint(_bar(result, spans, '='), 'cyan')}"
    for item in result.fired[:_MOST]:
        spans = [(span.start, span.until(result.end)) for span in item.spans]
        label = _cut(f"  {item.alert.severity} {item.title}", _LABEL - 1)
        yield f"{label:{_LABEL}}{paint(_bar(result, spans, '#'), colours[item.alert.severity])}"
    if len(result.fired) > _MOST:
        yield f"  … and {len(result.fired) - _MOST} more; --format json has them all"
    if not result.fired:
        yield "  nothing fires"
    yield from _told(report, result, paint, colours)
    if not report.incident:
        yield f"  {weekly(result.pages, result):.1f} pages and {weekly(result.messages, result):.1f} messages a week"
    yield from (line for note in result.notes for line in _wrapped(note, "  note: "))
    yield from _verdict(result, paint)


def _told(report: Report, result: Result, paint: Paint, colours: dict[str, str]) -> Iterator[str]:
    if not result.fired:
        return
    yield "  told" if result.messages else "  nobody is told"
    for message in result.messages[:_MOST]:
        word = paint(f"{message.severity:7}", colours[message.severity])
        yield f"    {_at(report, message)} {message.receiver:18} {word} {message.rule}{_late(report, message)}"
        for item in message.joined:
            how = "with" if item.at == message.at else "joined by"
            yield f"    {report.clock(item.at):6} {'':18} {'':7} {how} {item.rule}"
    if len(result.messages) > _MOST:
        yield f"    … and {len(result.messages) - _MOST} more; --format json has them all"
    silent = sorted({f"{item.rule} ({item.alert.severity})" for item in result.held_back})
    if silent:
        yield from _wrapped(", ".join(silent), "  not told, as another alert says more or it was over soon: ")


def _at(report: Report, message: Message) -> str:
    """When somebody is told; in history, where that never happens, when it fires."""
    if report.incident:
        return f"{'nobody' if message.at is None else report.clock(message.at):6}"
    return report.clock(message.since if message.at is None else message.at)


def _late(report: Report, message: Message) -> str:
    if report.incident is None:
        return " (nobody is told)" if message.at is None else ""
    waits = message.at is None or message.at - message.since > _SOON
    return f" (fires since {report.clock(message.since)})" if waits else ""


def _verdict(result: Result, paint: Paint) -> Iterator[str]:
    if result.verdict is None:
        return
    for sentence in result.verdict.wrong:
        yield f"  {paint('not as expected', 'red')}: {sentence}"
    if not result.verdict.wrong:
        yield f"  {paint('as expected', 'green')}"
    yield from _wrapped(result.verdict.why, "  ")


def _comparison(report: Report, now: Result, then: Result, paint: Paint) -> Iterator[str]:
    yield paint(f"{now.service.name} with {', '.join(report.thresholds)}", "cyan")
    names = dict.fromkeys((message.alert, message.severity) for message in (*now.messages, *then.messages))
    rows = [(f"{alert} {severity}", *(_counted(result, alert, severity) for result in (now, then)))
            for alert, severity in names]  # fmt: skip
    rows.append(("all pages", *(f"{weekly(result.pages, result):.1f} a week" for result in (now, then))))
    yield f"  {'messages':{_LABEL - 2}}{'now':24}proposed"
    for name, before, after in rows:
        yield f"  {_cut(name, _LABEL - 3):{_LABEL - 2}}{before:24}{after}"


def _counted(result: Result, alert: str, severity: str) -> str:
    found = [message for message in result.messages if (message.alert, message.severity) == (alert, severity)]
    longest = max((span.until(result.end) - span.start for item in result.fired for span in item.spans
                   if (item.alert.name, item.alert.severity) == (alert, severity)), default=0.0)  # fmt: skip
    return f"{len(found)}, at most {lasted(longest)}" if found else "none"


def _bar(result: Result, spans: Sequence[tuple[float, float]], mark: str) -> str:
    """A column is marked when anything within it is: an alert of a minute must not vanish."""
    width = (result.end - result.start) / _COLUMNS
    edges = [(result.start + width * column, result.start + width * (column + 1)) for column in range(_COLUMNS)]
    return "".join(mark if any(a < right and b > left for a, b in spans) else "." for left, right in edges)


def _axis(report: Report, result: Result) -> str:
    first, last = report.clock(result.start), report.clock(result.end)
    middle = report.clock((result.start + result.end) / 2) if len(first) <= 6 else ""
    left = (_COLUMNS - len(middle)) // 2 - len(first)
    right = _COLUMNS - len(first) - left - len(middle) - len(last)
    return f"{first}{' ' * left}{middle}{' ' * right}{last}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str, first: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * (4 if first else 0))
