"""What `promtool test rules` says, as differences.

Read against Prometheus 2.42, 3.5 and 3.15: cmd/promtool/unittest.go. Version 3 does not name the files any more, so
that the verdicts are told apart by their order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.tools.go_errors import unquote
from mlmon.tools.staged import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SAMPLES_LIMIT = 240
_FAILED, _SUCCESS = "  FAILED:", "  SUCCESS"

_HEADING = re.compile(r"Unit Testing:  ")
_WARNING = re.compile(r"\s+WARNING: (.*)")
_ALERT = re.compile(
    r"(?:    name: (?P<test>.*?),\n)?    alertname: (?P<alert>.*?), time: (?P<time>\S+), *\n"
    r" *exp: *(?P<expected>.*?),? *\n *got: *(?P<got>.*)",
    re.DOTALL,
)
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


def _samples(listing: str) -> str:
    """Write promtool's indented list in one line; `nothing` for an empty one."""
    line = one_line(listing.replace("\n", " "), _SAMPLES_LIMIT)
    return "nothing" if line in ("[]", "nil", "") else line
