"""Brings a tool's finding about a generated rule back to the spec that the rule comes from."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mlmon.diagnostics import Finding, Place
    from mlmon.plan.model import Plan, ServicePlan

_ALERT = re.compile(r"\s*- alert: (\S+)")
_SLO = re.compile(r"\s*slo: (\S+)")


def at_origin(finding: Finding, plan: Plan, tree: Path, display: str) -> Finding:
    """Return the finding at the spec's line; the generated place moves into the advice. Unknown places stay."""
    relative = finding.place.path.removeprefix(f"{display}/")
    service = next((item for item in plan.services if relative == f"prometheus/{item.name}.rules.yaml"), None)
    if service is None:
        return finding
    origin = _origin(service, (tree / relative).read_text(encoding="utf-8").splitlines(), finding.place.line)
    advice = f"{finding.advice}; the generated rule is at {finding.place}".removeprefix("; ")
    return replace(finding, place=origin, advice=advice)


def _origin(service: ServicePlan, lines: list[str], line: int) -> Place:
    """The origin of the alert (or SLO) whose rule spans a line, else that of the service."""
    for index in range(min(line, len(lines)) - 1, -1, -1):
        match = _ALERT.match(lines[index])
        if match:
            named = [alert for alert in service.alerts if alert.name == match[1]]
            return named[0].origin if named else service.origin
        if lines[index].lstrip().startswith("- record:"):
            break
    for text in lines[max(line - 1, 0) : line + 12]:
        match = _SLO.match(text)
        if match:
            return next((slo.origin for slo in service.slos if slo.name == match[1]), service.origin)
    return service.origin
