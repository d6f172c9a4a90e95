"""The report as a table for terminals and pipes, 100 columns wide."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

from mlmon.budget import words
from mlmon.budget.model import Budget
from mlmon.report import plain_paint, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.budget.model import Day, Report, Verdict
    from mlmon.report import Paint

WIDTH: Final = 100
_NAME: Final = 26
_SHOWN: Final = 5
_WORST_DAYS: Final = 3
_HEAD: Final = ("SLO", "PROMISE", "ACTUAL", "LEFT", "STILL ALLOWED", "USED UP")
_WIDTHS: Final = (_NAME, 15, 10, 9, 16, 14)


def render(report: Report, paint: Paint = plain_paint) -> str:
    """Return the report as text; ends with a newline."""
    lines = [f"Error budgets at {words.moment(report.now)} UTC, from {visible(report.source)}"]
    for service, verdicts in groupby(report.verdicts, key=lambda verdict: verdict.entry.slo.service):
        lines += ["", visible(service), *_service(list(verdicts), paint)]
    lines += ["", *(f"note: {visible(note)}" for note in report.notes), *_conclusion(report, paint)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _service(verdicts: list[Verdict], paint: Paint) -> Iterator[str]:
    yield _row(_HEAD)
    for verdict in verdicts:
        yield from _line(verdict, paint)
    for verdict in verdicts:
        if isinstance(verdict.entry, Budget):
            yield from _spent(verdict.entry)


def _row(cells: tuple[str, ...]) -> str:
    first, second, *numbers, last = (
        cell.ljust(width) if place in {0, 1, 5} else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return f"  {first} {second} {' '.join(numbers)}  {last}"


def _line(verdict: Verdict, paint: Paint) -> Iterator[str]:
    entry = verdict.entry
    name = visible(words.name(entry))
    if len(name) > _NAME:
        yield f"  {name}"
        name = ""
    promise = words.promise(entry.slo)
    if not isinstance(entry, Budget):
        yield f"  {name:{_NAME}} {promise:15} {paint('not measured', 'yellow')}: {entry.reason}"
        return
    left = words.share(entry.left)
    cells = (name, promise, words.actual(entry), left, words.allowed(entry), words.exhaustion(entry))
    # Colour comes last: escape codes have no width on the screen, but str.rjust() counts them.
    padded = left.rjust(_WIDTHS[3])
    painted = padded.replace(left, paint(left, "red" if verdict.freeze else "green"))
    yield _row(cells).replace(f" {padded} ", f" {painted} ", 1)


def _spent(budget: Budget) -> Iterator[str]:
    known = words.measured(budget)
    yield ""
    yield f"  {visible(words.name(budget))}: what spent the budget{f' ({known})' if known else ''}"
    worst = sorted(budget.incidents, key=lambda incident: (-incident.errors, incident.start))[:_SHOWN]
    for incident in sorted(worst, key=lambda incident: incident.start):
        bad = f"{words.counted(budget.slo, incident.errors)} bad"
        begin, share = words.moment(incident.start), words.cost(incident.share)
        yield f"    {begin}  {words.lasted(incident):16} {bad:>24} {share:>9}"
    rest = [incident for incident in budget.incidents if incident not in worst]
    if rest:
        yield _summed(f"{len(rest)} smaller incidents", sum((incident.share for incident in rest), Decimal(0)))
    yield _summed("outside of incidents", budget.scattered)
    yield f"    by day: {_days(budget.days)}"
    yield f"    burn: {words.burns(budget)}"


def _summed(what: str, share: Decimal) -> str:
    return f"    {what:59} {words.cost(share):>9}"


def _days(days: tuple[Day, ...]) -> str:
    """Name the days that stand out, at most three."""
    mean = sum((day.share for day in days), Decimal(0)) / len(days)
    worst = sorted((day for day in days if day.share > 2 * mean), key=lambda day: (-day.share, day.day))[:_WORST_DAYS]
    if not worst:
        return f"evenly, {words.cost(mean)} a day"
    shown = [f"{day.day} {words.cost(day.share)}" for day in sorted(worst, key=lambda day: day.day)]
    rest = sum((day.share for day in days if day not in worst), Decimal(0))
    return ", ".join([*shown, f"the other {len(days) - len(worst)} days {words.cost(rest)}"])


def _conclusion(report: Report, paint: Paint) -> Iterator[str]:
    for verdict in report.verdicts:
        if verdict.freeze:
            yield f"{paint('freeze', 'red')}: {visible(words.full_name(verdict.entry))}: {verdict.reason}"
        elif not isinstance(verdict.entry, Budget) or verdict.entry.is_stale:
            yield f"{paint('unknown', 'yellow')}: {visible(words.full_name(verdict.entry))}: {verdict.reason}"
    if not report.freeze:
        known = sum(isinstance(verdict.entry, Budget) for verdict in report.verdicts)
        if known:
            yield f"{paint('ok', 'green')}: {known} of {len(report.verdicts)} budgets are measured, none is used up"
        else:
            yield f"{paint('unknown', 'yellow')}: no budget is measured"
