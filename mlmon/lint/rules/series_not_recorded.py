"""A generated file or an alert reads a recorded series that no rule records.

Why: an alert, a panel or a runbook's query on a series that nobody records is empty for ever, and looks like a
service that is well.

Instead: read a series that is recorded. Which ones a service has stands in its rule file under `record:`; what is
recorded depends on its signals and SLOs:

    expr: service:mlmon_request:rate5m{service="ranker"} < 1      # no such series
    expr: service:mlmon_requests:rate5m{service="ranker"} < 1

Source: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Place, Severity, did_you_mean
from mlmon.lint.context import OUTPUT, Context, Issue
from mlmon.lint.written import expressions
from mlmon.promql.tree import fixed, kind, metric, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR

_RECORD: Final = re.compile(r'record"?: "?((?:service|slo):mlmon_\w+:\w+)')
_SERVICE: Final = re.compile(r"\s+service: (\S+)")
_READ: Final = re.compile(r":mlmon_\w+:\w+")
_LEVEL: Final = re.compile(r"(?<![\w:])(?:service|slo)\Z")
_OF: Final = re.compile(r'\{[^}\n]*?\bservice=\\?"([\w-]+)\\?"')


def check(context: Context) -> Iterator[Issue]:
    """Yield the first reading in each file of a series of mlmon's own that no rule records for that service."""
    recorded = _recorded(context)
    told = set()
    for place, name, service in _written(context):
        if not _exists(name, service, recorded):
            told.add(name)
            yield _issue(place, name, service, recorded)
    for path, text in context.files.items():
        first: dict[tuple[str, str], int] = {}
        for start, name, service in _read(text):
            first.setdefault((name, service), start)
        for (name, service), start in first.items():
            if name not in told and not _exists(name, service, recorded):
                yield _issue(_place(path, text, start), name, service, recorded)


def _read(text: str) -> Iterator[tuple[int, str, str]]:
    """Where series of mlmon's own are read, their names, and the service whose they are, where the text says so."""
    for match in _READ.finditer(text):
        level = _LEVEL.search(text, max(match.start() - len("service") - 1, 0), match.start())
        if level:
            of = _OF.match(text, match.end())
            yield level.start(), level[0] + match[0], of[1] if of else ""


def _recorded(context: Context) -> dict[str, set[str]]:
    """The services by the names of the series that are recorded for them."""
    found: dict[str, set[str]] = {}
    for text in context.files.values():
        for match in _RECORD.finditer(text):
            service = _SERVICE.search(text, match.end())
            found.setdefault(match[1], set()).add(service[1] if service else "")
    return found


def _written(context: Context) -> Iterator[tuple[Place, str, str]]:
    for _, place, root in expressions(context):
        for node in nodes(root):
            name = metric(node) if kind(node) == "VectorSelector" else ""
            if name.partition(":mlmon_")[0] in {"service", "slo"}:
                yield place, name, fixed(node).get("service", "")


def _exists(name: str, service: str, recorded: dict[str, set[str]]) -> bool:
    return name in recorded and (not service or service in recorded[name])


def _place(path: str, text: str, start: int) -> Place:
    line = text.count("\n", 0, start) + 1
    return Place(f"{OUTPUT}/{path}", line, start - text.rfind("\n", 0, start))


def _issue(place: Place, name: str, service: str, recorded: dict[str, set[str]]) -> Issue:
    whose = f" for {service}" if service and name in recorded else ""
    known = [other for other, services in recorded.items() if not service or service in services]
    advice = did_you_mean(name, known) or "read a series that its rule file records"
    return Issue(place, f"no rule records {name}{whose}", advice)
