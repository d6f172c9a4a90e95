"""The report as Markdown, for pull requests, wikis and the weekly review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.budget import words
from mlmon.budget.model import Budget
from mlmon.targets.markdown import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.budget.model import Report, Verdict


def render(report: Report) -> str:
    """Return the report as Markdown; every text in it is quoted."""
    lines = ["# Error budgets", "", f"{words.moment(report.now)} UTC, from {text(report.source)}", ""]
    lines += _table("SLO", "Promise", "Actual", "Budget left", "Still allowed", "Used up", "Releases")
    lines += [_row(*_summary(verdict)) for verdict in report.verdicts]
    lines += [f"\n> {text(note)}" for note in report.notes]
    for verdict in report.verdicts:
        if isinstance(verdict.entry, Budget):
            lines += _details(verdict.entry)
    return "\n".join(lines) + "\n"


def _table(*heads: str) -> list[str]:
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _summary(verdict: Verdict) -> tuple[str, ...]:
    entry = verdict.entry
    cells = _numbers(entry) if isinstance(entry, Budget) else ("not measured", "", text(entry.reason), "")
    releases = f"{'freeze' if verdict.freeze else 'go'}: {text(verdict.reason)}"
    return text(words.full_name(entry)), words.promise(entry.slo), *cells, releases


def _numbers(budget: Budget) -> tuple[str, ...]:
    return words.actual(budget), words.share(budget.left), words.allowed(budget), words.exhaustion(budget)


def _details(budget: Budget) -> Iterator[str]:
    yield f"\n## {text(words.full_name(budget))}\n"
    known = words.measured(budget)
    facts = (text(budget.slo.description), words.outlook(budget), f"It burned {words.burns(budget)}.")
    yield " ".join(filter(None, (*facts, f"Only {known}." if known else "")))
    yield ""
    yield from _table("Spent by", "From (UTC)", "Lasted", "Bad", "Of the budget")
    for incident in budget.incidents:
        bad = words.counted(budget.slo, incident.errors)
        yield _row("incident", words.moment(incident.start), words.lasted(incident), bad, words.cost(incident.share))
    yield _row("outside of incidents", "", "", "", words.cost(budget.scattered))
    yield ""
    yield from _table("Day (UTC)", "Bad", "Of the budget")
    for day in budget.days:
        bad = "not measured" if day.events is None else words.counted(budget.slo, day.errors)
        yield _row(str(day.day), bad, words.cost(day.share))
