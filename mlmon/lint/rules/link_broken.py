"""A link leads to a runbook, dashboard or page that is not generated.

Why: the link in an alert is followed by somebody who was just woken. A page that does not exist costs the minutes in
which the runbook was to help.

Instead: link to something that exists, with the path relative to the page on which it stands, or with a full address:

    runbook: See [the rollback](rollback.md).                             # not in generated/runbooks/ranker/
    runbook: See [the rollback](https://wiki.example.org/rollback).

Source: https://github.com/thaum-xyz/ankhmorpork/issues/1287
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from mlmon.diagnostics import Place, Severity
from mlmon.lint.context import OUTPUT, Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR

_REST: Final = r"([^\s\"'<>`)\\]+)"
"""What follows the beginning of an address that is known, up to whatever ends it in YAML, JSON, HCL or Markdown."""
_RELATIVE: Final = re.compile(r"\]\((?![a-z][a-z0-9+.-]*:|#|/)([^)\s#]+)")
_FENCE: Final = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*?$", re.MULTILINE | re.DOTALL)
_UID: Final = re.compile(r'"uid": "([\w-]+)"')


def check(context: Context) -> Iterator[Issue]:
    """Yield the first of each file's links to something of mlmon's own output that is not there."""
    runbooks, dashboards, known = _runbooks(context), _dashboards(context), _with_folders(context)
    for path, text in context.files.items():
        first: dict[str, int] = {}
        for start, target in _broken_urls(text, context, runbooks, dashboards):
            first.setdefault(target, start)
        for start, target in _broken_relative(path, text, known) if path.endswith(".md") else ():
            first.setdefault(target, start)
        for target, start in first.items():
            yield _issue(path, text, start, target)


def _with_folders(context: Context) -> set[str]:
    """All files and the folders that hold one."""
    parts = [path.split("/") for path in context.files]
    return {"/".join(names[:size]) for names in parts for size in range(1, len(names) + 1)}


def _runbooks(context: Context) -> set[str]:
    return {path.removeprefix("runbooks/") for path in context.files if path.startswith("runbooks/")}


def _dashboards(context: Context) -> set[str]:
    texts = (text for path, text in context.files.items() if path.startswith("grafana/"))
    return {match[1] for text in texts for match in _UID.finditer(text)}


def _broken_urls(text: str, context: Context, runbooks: set[str], dashboards: set[str]) -> Iterator[tuple[int, str]]:
    """Addresses of runbooks and dashboards; where no such thing is generated at all, they are somebody else's."""
    outputs = context.plan.outputs
    for prefix, known in ((f"{outputs.runbooks_url}/", runbooks), (f"{outputs.grafana_url}/d/", dashboards)):
        for match in re.finditer(re.escape(prefix) + _REST, text) if known else ():
            rest = match[1].rstrip(".,;:!?")
            name = unquote(rest).partition("#")[0].partition("?")[0]
            wanted = name.partition("/")[0] if known is dashboards else name
            if wanted not in known and "$" not in wanted and "{" not in wanted:
                yield match.start(), prefix + rest


def _broken_relative(path: str, text: str, known: set[str]) -> Iterator[tuple[int, str]]:
    prose = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for match in _RELATIVE.finditer(prose):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(match[1])))
        if target not in known and target != "." and not target.startswith(".."):
            yield match.start(1), match[1]


def _issue(path: str, text: str, start: int, target: str) -> Issue:
    place = Place(f"{OUTPUT}/{path}", text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    return Issue(place, f"the link to {target} leads nowhere", "link to a page that is generated, or to a full address")
