"""All tools over one staged output, at the same time."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity, in_order
from mlmon.tools.checks import Job, Options, steps
from mlmon.tools.executables import Name
from mlmon.tools.parallel import together
from mlmon.tools.staged import Staged
from mlmon.tools.trouble import RULES, missing
from mlmon.tools.versions import OLDEST, PROBE_TIMEOUT, Version, dotted, probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mlmon.tools.executables import Tool
    from mlmon.tools.work import Work


@dataclass(frozen=True, kw_only=True)
class ToolReport:
    """What one tool did."""

    name: Name
    version: str = ""
    """As the tool says it; empty when it did not run."""
    checked: tuple[str, ...] = ()
    """What it gave a verdict on: `5 rule files`, `2 configurations`."""
    not_checked: tuple[str, ...] = ()
    """Why there is no verdict on the rest; empty when everything was checked."""
    seconds: float = 0.0
    """From start to verdict, the question for its version included."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the tools found, in order, and what each of them did; tools without anything to check are left out."""

    findings: tuple[Finding, ...] = ()
    tools: tuple[ToolReport, ...] = ()


def check_all(
    tree: Path, display: str, work: Work, tools: Mapping[Name, Tool | None], options: Options | None = None
) -> Report:
    """Let every tool check its part of the generated files in `tree`, all tools at once.

    Findings have their place below `display`, the folder's name for people. `tools` is what `locate_all` found; a tool
    that it does not mention is left out on purpose, without a word. An interruption stops the tools and is raised.
    """
    chosen = options or Options()
    staged = Staged(tree, display)
    names = [name for name in Name if name in tools and work.has(name)]
    reports = together(lambda name: _check(name, tools[name], staged, work, chosen), names)
    found = in_order(finding for report in reports for finding in report.findings)
    return Report(findings=tuple(found), tools=tuple(reports))


def _check(name: Name, tool: Tool | None, staged: Staged, work: Work, options: Options) -> ToolReport:
    if tool is None:
        return _unusable(name, missing(name), options, 0.0)
    started = time.monotonic()
    version = probe(tool, min(options.timeout, PROBE_TIMEOUT))
    if isinstance(version, Finding):
        return _unusable(name, version, options, time.monotonic() - started)
    done = list(steps(Job(tool, version, staged, work, options)))
    found = [*_age(name, version), *(finding for step in done for finding in step.findings)]
    return ToolReport(
        name=name,
        version=str(version),
        checked=tuple(step.what for step in done if not step.gap),
        not_checked=tuple(step.gap for step in done if step.gap),
        seconds=time.monotonic() - started,
        findings=tuple(_weighed(finding, options) for finding in found),
    )


def _unusable(name: Name, problem: Finding, options: Options, seconds: float) -> ToolReport:
    findings = (_weighed(problem, options),)
    return ToolReport(name=name, not_checked=(problem.message,), findings=findings, seconds=seconds)


def _weighed(finding: Finding, options: Options) -> Finding:
    strict = options.strict and finding.rule in RULES
    return replace(finding, severity=Severity.ERROR) if strict else finding


def _age(name: Name, version: Version) -> Iterator[Finding]:
    if version.lacks(OLDEST[name]):
        yield Finding(
            rule="tool-version",
            message=f"{name} {version} is older than {dotted(OLDEST[name])}, the oldest that mlmon is tested with",
            advice="upgrade it; newer settings may be refused, and its messages may not be understood",
            severity=Severity.NOTE,
        )
