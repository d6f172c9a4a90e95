"""Suppression comments: `# mlmon: ignore[rule-id] reason, until 2027-03-01` on a line or on the line above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, Place, Severity, did_you_mean, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlmon.spec.source import Document

_COMMENT: Final = re.compile(r"#\s*mlmon:\s*ignore\[(?P<rule>[^\]]*)\](?P<reason>.*)$")
_UNTIL: Final = re.compile(r",?\s*until\s+([0-9]{4}-[0-9]{2}-[0-9]{2})\s*$")
_NO_DAY: Final = date.min
"""Stands for a date such as 2027-02-30."""


@dataclass(frozen=True)
class Suppression:
    """One comment: the rule it silences on its own and the next line, why, and until when."""

    rule: str
    reason: str
    until: date | None
    place: Place

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding is about the comment's line or the one after it."""
        same = finding.rule == self.rule and finding.place.path == self.place.path
        return same and 0 <= finding.place.line - self.place.line <= 1


def apply(
    findings: Iterable[Finding], documents: Iterable[Document], known: Iterable[str], today: date
) -> list[Finding]:
    """Drop suppressed findings; a comment that is wrong, unused, without a reason or expired is a finding itself."""
    rules, kept = set(known), list(findings)
    for comment in (found for document in documents for found in _comments(document)):
        covered = [finding for finding in kept if comment.covers(finding)]
        problem = _problem(comment, rules, today, used=bool(covered))
        if problem:
            kept.append(problem)
        else:
            kept = [finding for finding in kept if finding not in covered]
    return kept


def _comments(document: Document) -> Iterator[Suppression]:
    for number, line in enumerate(document.text.splitlines(), start=1):
        match = _COMMENT.search(line)
        if not match:
            continue
        place = Place(document.path, number, match.start() + 1)
        until = _UNTIL.search(match["reason"])
        reason = match["reason"][: until.start()] if until else match["reason"]
        yield Suppression(match["rule"].strip(), reason.strip(" ,:-"), _day(until), place)


def _day(match: re.Match[str] | None) -> date | None:
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return _NO_DAY


def _problem(comment: Suppression, rules: set[str], today: date, *, used: bool) -> Finding | None:
    if comment.rule not in rules:
        message = f'there is no lint rule "{comment.rule}"'
        return _finding(message, did_you_mean(comment.rule, rules) or f"write {one_of(rules)}", comment)
    if not comment.reason:
        return _finding(f"{comment.rule} is ignored without a reason", "write the reason after the bracket", comment)
    if comment.until == _NO_DAY:
        return _finding(f"{comment.rule} is ignored until a day that does not exist", "correct the day", comment)
    if comment.until and comment.until <= today:
        message = f"{comment.rule} was to be ignored until {comment.until}"
        return _finding(message, "mend what it says, or set a later day", comment)
    if not used:
        return _finding(f"{comment.rule} has nothing to ignore here", "remove the comment", comment)
    return None


def _finding(message: str, advice: str, comment: Suppression) -> Finding:
    return Finding(rule="lint-ignore", message=message, advice=advice, place=comment.place, severity=Severity.WARNING)
