"""Each tool's share of the work, step by step, with what every step gave a verdict on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, has_errors
from mlmon.tools import amtool, promtool, route_tests, terraform
from mlmon.tools.executables import Name
from mlmon.tools.terraform_answers import UNREADABLE
from mlmon.tools.trouble import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlmon.tools.executables import Tool
    from mlmon.tools.staged import Staged
    from mlmon.tools.versions import Version
    from mlmon.tools.work import Work

_GAPS = ("no verdict on ", "terraform validate not done: ")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How thoroughly and how patiently to check."""

    needs_alertmanager: tuple[int, int] = (0, 0)
    """The oldest Alertmanager that knows every setting of the configuration."""
    validate: bool = True
    """Whether to do what takes seconds: `terraform validate`, which may need the network, and amtool for each route."""
    strict: bool = False
    """Make an error of a tool that is missing, hangs or breaks; otherwise that is a warning."""
    timeout: float = promtool.TIMEOUT
    """Seconds for one call of a tool."""
    init_timeout: float = terraform.INIT_TIMEOUT
    """Seconds for `terraform init`."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that a tool was asked."""

    what: str
    """`5 rule files`"""
    findings: tuple[Finding, ...] = ()
    gap: str = ""
    """Why there is no verdict on all of it; empty when there is one."""


@dataclass(frozen=True)
class Job:
    """What a tool's steps need to know."""

    tool: Tool
    version: Version
    staged: Staged
    work: Work
    options: Options


def steps(job: Job) -> Iterator[Step]:
    """Let the job's tool do its work; each step is done when it is asked for."""
    return _STEPS[job.tool.name](job)


def _promtool(job: Job) -> Iterator[Step]:
    tool, staged, work, timeout = job.tool, job.staged, job.work, job.options.timeout
    rules = promtool.check_rules(tool, staged, work.rules, timeout=timeout)
    yield from _step(_count(work.rules, "rule file"), rules)
    if any(finding.rule in RULES for finding in rules):
        return
    scraping = promtool.check_config(tool, staged, work.scraping, timeout=timeout)
    yield from _step(_count(work.scraping, "configuration"), scraping)


def _amtool(job: Job) -> Iterator[Step]:
    for file in job.work.routing:
        found = amtool.check_config(
            job.tool,
            job.staged,
            file,
            needs=job.options.needs_alertmanager,
            version=job.version,
            timeout=job.options.timeout,
        )
        yield from _step(file, found)
        if job.options.validate and not has_errors(found) and not job.version.lacks(job.options.needs_alertmanager):
            yield from _routes(job, file)


def _routes(job: Job, file: str) -> Iterator[Step]:
    for proofs in job.work.routes:
        found = route_tests.check_routes(job.tool, job.staged, file, proofs, timeout=job.options.timeout)
        yield from _step(f"routes of {proofs}", found)


def _terraform(job: Job) -> Iterator[Step]:
    modules, timeout = job.work.modules, job.options.timeout
    layout = terraform.check_format(job.tool, job.staged, modules, timeout=timeout)
    yield from _step(f"format of {_count(modules, 'module')}", layout)
    if not job.options.validate or _unreadable(layout):
        return
    for module in modules:
        found = terraform.validate(job.tool, job.staged, module, timeout=timeout, init_timeout=job.options.init_timeout)
        yield from _step(f"validity of {module or 'the module'}", found)


_STEPS: dict[Name, Callable[[Job], Iterator[Step]]] = {
    Name.PROMTOOL: _promtool,
    Name.AMTOOL: _amtool,
    Name.TERRAFORM: _terraform,
}


def _unreadable(layout: list[Finding]) -> bool:
    """Tell whether `validate` would only repeat what `fmt` said: syntax errors, or no answer at all."""
    return any(finding.rule in RULES or finding.advice == UNREADABLE for finding in layout)


def _step(what: str, findings: list[Finding]) -> Iterator[Step]:
    gaps = [finding.message for finding in findings if finding.rule in RULES or finding.message.startswith(_GAPS)]
    if what:
        yield Step(what=what, findings=tuple(findings), gap="; ".join(gaps))


def _count(paths: tuple[str, ...], kind: str) -> str:
    return f"{len(paths)} {kind}{'s' * (len(paths) != 1)}" if paths else ""
