"""The proofs of a whole workspace, with the promtool of this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, Severity
from mlmon.proving.known import Known
from mlmon.proving.run import Prover
from mlmon.remembered import Kept, folder
from mlmon.targets.proofs import proof_files
from mlmon.tools.executables import Name, locate
from mlmon.tools.trouble import missing
from mlmon.tools.versions import OLDEST, PROBE_TIMEOUT, dotted, probe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlmon.plan.model import Plan
    from mlmon.proving.model import Result
    from mlmon.tools.versions import Version


OLD: Final = "tool-old"
"""The rule of a promtool that is older than all whose answers are known."""


class CannotProveError(Exception):
    """There is no promtool that could run a proof; the message says what helps."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.message}; {finding.advice}")
        self.finding = finding


def _old(version: Version) -> Finding:
    least = dotted(OLDEST[Name.PROMTOOL])
    return Finding(
        rule=OLD,
        message=f"promtool {version} is older than {least}, the oldest that mlmon is tested with; not checked: that "
        "each alert fires and stays silent in its unit test",
        advice=f"upgrade it, or set {Name.PROMTOOL.variable} to another one",
        severity=Severity.WARNING,
    )


def prove_plan(
    root: Path,
    plan: Plan,
    rules: Mapping[str, str],
    *,
    jobs: int | None = None,
    again: bool = False,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Result, ...]:
    """Prove the alerts of a plan against rule files by path.

    `told` hears how many proofs are done, of how many that have to be run. Raises CannotProveError where promtool is
    missing, old or broken.
    """
    return _prover(root, rules, jobs, told, again=again).prove(proof_files(plan))


def prove_new(
    root: Path, plan: Plan, files: Mapping[str, str], *, told: Callable[[int, int], None] = lambda done, of: None
) -> tuple[Result, ...]:
    """Prove the services whose tests are not known to succeed; of the others there are no results.

    `files` are all that are rendered, by path. Raises CannotProveError as `prove_plan` does.
    """
    prover = _prover(root, files, None, told, again=False)
    new = [one.name for one in plan.services if not prover.knows(one.name)]
    return prover.prove(proof_files(plan.only(new)) if new else ())


def _prover(
    root: Path, rules: Mapping[str, str], jobs: int | None, told: Callable[[int, int], None], *, again: bool
) -> Prover:
    tool = locate(Name.PROMTOOL, root)
    if tool is None:
        raise CannotProveError(missing(Name.PROMTOOL))
    version = probe(tool, PROBE_TIMEOUT)
    if isinstance(version, Finding):
        raise CannotProveError(version)
    if version.lacks(OLDEST[Name.PROMTOOL]):
        raise CannotProveError(_old(version))
    return Prover(tool, str(version), rules, Known(Kept(folder("proven"))), jobs or os.cpu_count() or 1, again, told)
