"""What Terraform answers, as findings: error blocks, diffs and validation in JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlmon.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.tools.staged import Staged

UNREADABLE = "Terraform cannot read the file: correct what it was generated from"
"""The advice of every syntax error."""

_FRAME = re.compile(r"^[│╷╵] ?", re.MULTILINE)
_BLOCK = re.compile(r"^Error: ", re.MULTILINE)
_AT = re.compile(r"\n\n  on (?P<file>.+?) line (?P<line>\d+)[^\n]*:\n(?P<snippet>(?: +\d+: [^\n]*\n)*)")
_CHANGED = re.compile(
    r"^--- old/(?P<file>.+)\n\+\+\+ new/.*\n@@ -(?P<line>\d+)[^\n]*\n(?P<hunk>(?:[ +\-].*\n?)*)", re.M
)
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}
# Said in the detail of every diagnostic that providers or modules are not there yet.
_INIT = "terraform init"


@dataclass(frozen=True)
class Verdict:
    """What one `terraform validate` found."""

    findings: tuple[Finding, ...]
    wants_init: bool = False
    """Whether it could not look at everything because providers or modules are not there yet."""


def blocks(stderr: str) -> list[str]:
    """Return the text of each error that Terraform printed, without its frame."""
    return [block.strip() for block in _BLOCK.split(_FRAME.sub("", stderr))[1:]]


def syntax_errors(staged: Staged, stderr: str, rule: str) -> Iterator[Finding]:
    """Yield a finding for each printed error that has a place."""
    for block in blocks(stderr):
        at = _AT.search(block)
        if at:
            words = f"{block[: at.start()]}: {block[at.end() :].strip()}"
            yield Finding(
                rule=rule,
                message=_sentence(staged, words),
                place=staged.place(at["file"], int(at["line"]), 1),
                advice=UNREADABLE,
            )


def differences(staged: Staged, diff: str, rule: str) -> Iterator[Finding]:
    """Yield a finding for each file that is laid out otherwise than Terraform does, at the first such line."""
    for match in _CHANGED.finditer(diff):
        lines = match["hunk"].split("\n")
        kept = next((index for index, line in enumerate(lines) if not line.startswith(" ")), 0)
        wanted = next((line[1:].strip() for line in lines if line.startswith("+")), "")
        yield Finding(
            rule=rule,
            message=staged.quote(f"not formatted as `terraform fmt` does it, which writes `{wanted}`"),
            place=staged.place(match["file"], int(match["line"]) + kept, 1),
            advice="reviewers who run terraform fmt would see a difference in a generated file; this is a bug of mlmon "
            "or of a template override",
        )


def parse_validation(staged: Staged, stdout: str, rule: str) -> Verdict | None:
    """Return what `terraform validate -json` answered; None when this is not such an answer."""
    try:
        diagnostics = json.loads(stdout)["diagnostics"]
        real = [diagnostic for diagnostic in diagnostics if _INIT not in diagnostic.get("detail", "")]
        findings = tuple(_diagnostic(staged, diagnostic, rule) for diagnostic in real)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Verdict(findings, wants_init=len(real) < len(diagnostics))


def _diagnostic(staged: Staged, diagnostic: dict[str, Any], rule: str) -> Finding:
    where = diagnostic.get("range")
    start = where["start"] if where else {}
    path = where["filename"] if where else ""
    words = ": ".join(filter(None, (diagnostic["summary"], diagnostic.get("detail", ""))))
    return Finding(
        rule=rule,
        message=_sentence(staged, words),
        place=staged.place(path, start.get("line", 0), start.get("column", 0)),
        advice="`terraform plan` would stop here: correct what it was generated from",
        severity=_SEVERITIES.get(diagnostic["severity"], Severity.ERROR),
    )


def _sentence(staged: Staged, words: str) -> str:
    """Undo Terraform's line wrapping."""
    return staged.quote(" ".join(words.split()))
