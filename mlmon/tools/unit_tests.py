"""What `promtool test rules` says, as findings.

Read against Prometheus 2.42, 3.5 and 3.15: cmd/promtool/unittest.go. Version 3 does not name the files any more, so
that the verdicts are told apart by their order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity
from mlmon.tools.go_errors import Error, split, unquote
from mlmon.tools.staged import one_line
from mlmon.tools.yaml_places import NOWHERE, find_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlmon.tools.staged import Staged

TEST_RULE = "promtool-tests"

_SAMPLES_LIMIT = 240
_FAILED, _SUCCESS = "  FAILED:", "  SUCCESS"
_DIFFERS = "the rule does not behave as its test says; one of them is wrong"
_UNREADABLE = "promtool cannot run the file: correct what it was generated from"

_HEADING = re.compile(r"Unit Testing:  ")
_WARNING = re.compile(r"\s+WARNING: (.*)")
_ALERT = re.compile(
    r"(?:    name: (?P<test>.*?),\n)?    alertname: (?P<alert>.*?), time: (?P<time>\S+), *\n"
    r" *exp: *(?P<expected>.*?),? *\n *got: *(?P<got>.*)",
    re.DOTALL,
)
_SERIES = re.compile(r"\d+:\d+: parse error: (.*)", re.DOTALL)
_EXPRESSION = re.compile(
    r'    expr: (?P<expr>".*"), time: (?P<time>\S+),\n *exp: (?P<expected>.*?)\n *got: (?P<got>.*)', re.DOTALL
)


def verdicts(output: str) -> list[list[str]]:
    """Return the lines of each file's verdict, in the order of the files; a good one has a single line."""
    blocks: list[list[str]] = []
    warnings: list[str] = []
    for line in output.split("\n"):
        if line in (_SUCCESS, _FAILED):
            blocks.append([line, *warnings])
            warnings = []
        elif _WARNING.match(line):
            warnings.append(line)
        elif blocks and not _HEADING.match(line):
            blocks[-1].append(line)
    return blocks


def explain_tests(file: str, lines: Sequence[str], staged: Staged) -> Iterator[Finding]:
    """Yield the findings in the verdict on one test file."""
    for unmatched in filter(None, map(_WARNING.match, lines)):
        yield Finding(
            rule=TEST_RULE,
            message=staged.quote(unmatched[1]),
            place=staged.place(file),
            advice="the tests run without those rules: correct rule_files",
            severity=Severity.WARNING,
        )
    if lines[0] != _FAILED:
        return
    errors = "\n".join(line for line in lines[1:] if not _WARNING.match(line))
    for message in filter(str.strip, re.split(r"\n{2,}", errors)):
        failure = _ALERT.match(message) or _EXPRESSION.match(message)
        found = [_difference(failure, staged.text(file))] if failure else _errors(message.strip())
        for line, column, words in found:
            yield Finding(
                rule=TEST_RULE,
                message=staged.quote(words),
                place=staged.place(file, line, column),
                advice=_DIFFERS if failure else _UNREADABLE,
            )


@dataclass(frozen=True)
class Difference:
    """What promtool expected of an alert or an expression at a moment, and what it got, each in one line.

    `test` is the name of the group of tests, which promtool tells for alerts only. Where a file could not be run at
    all, `got` says why and the rest is empty.
    """

    test: str
    subject: str
    time: str
    expected: str
    got: str


def differences(lines: Sequence[str]) -> Iterator[Difference]:
    """Yield the differences in the verdict on one test file, nothing for a good one."""
    if lines[0] != _FAILED:
        return
    errors = "\n".join(line for line in lines[1:] if not _WARNING.match(line))
    for message in filter(str.strip, re.split(r"\n{2,}", errors)):
        failure = _ALERT.match(message) or _EXPRESSION.match(message)
        if failure is None:
            yield Difference("", "", "", "", one_line(message))
            continue
        known = failure.groupdict()
        subject = f"alert {known['alert']}" if "alert" in known else unquote(known["expr"])
        expected, got = (_samples(known[key]) for key in ("expected", "got"))
        yield Difference(known.get("test") or "", subject, known["time"], expected, got)


def _difference(failure: re.Match[str], text: str) -> Error:
    known = failure.groupdict()
    test = known.get("test")
    position = find_scalar(text, test, "name") if test else NOWHERE
    name = f'test "{test}": ' if test else ""
    subject = f"alert {known['alert']}" if "alert" in known else f"`{unquote(known['expr'])}`"
    expected, got = (_samples(known[key]) for key in ("expected", "got"))
    return (*position, f"{name}{subject} at {known['time']}: expected {expected}, got {got}")


def _errors(message: str) -> Iterable[Error]:
    if message.startswith("yaml: "):
        return split(message)
    # The position is one in the series as promtool put them together, not in the file.
    series = _SERIES.fullmatch(message)
    return [(0, 0, f"an input series does not parse: {series[1]}" if series else message)]


def _samples(listing: str) -> str:
    """Write promtool's indented list in one line; `nothing` for an empty one."""
    line = one_line(listing.replace("\n", " "), _SAMPLES_LIMIT)
    return "nothing" if line in ("[]", "nil", "") else line
