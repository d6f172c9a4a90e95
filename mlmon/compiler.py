"""The pipeline: load, resolve, plan, render, check. Returns files and findings; prints and writes nothing."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place, has_errors, in_order
from mlmon.origins import at_origin
from mlmon.packs.own import library_of
from mlmon.plan.build import build
from mlmon.plan.conditions import Written
from mlmon.schema import schemas
from mlmon.spec.load import PROJECT_FILE, load
from mlmon.syntax import check as parse_error
from mlmon.targets import render
from mlmon.targets.alertmanager import minimum_version
from mlmon.targets.templates import OwnTemplateError, overridden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlmon.packs.load import Library
    from mlmon.plan.model import Plan
    from mlmon.spec.load import Workspace
    from mlmon.tools.report import ToolReport


@dataclass(frozen=True)
class Compiled:
    """What a workspace compiles to; `files` is empty as long as an error stands in the way."""

    workspace: Workspace
    library: Library
    plan: Plan | None
    files: dict[str, str]
    findings: tuple[Finding, ...]


def compile_workspace(root: Path, templates: Path | None = None) -> Compiled:
    """Compile everything below `root`, preferring `templates`. Never raises for what the files hold."""
    workspace = load(root)
    library = library_of(root, workspace)
    built = build(workspace, library)
    findings = [*built.findings, *(_written(built.plan) if built.plan else ())]
    if built.plan is None or has_errors(findings):
        return Compiled(workspace, library, built.plan, {}, tuple(in_order(findings)))
    files = schemas(library, workspace.project.model if workspace.project else None)
    try:
        with overridden(templates):
            rendered, refused = render(built.plan)
    except OwnTemplateError as fault:
        return Compiled(workspace, library, built.plan, {}, tuple(in_order([*findings, _faulty(fault, root)])))
    files |= rendered
    findings += [_refused(name, sentence) for name, sentence in refused]
    return Compiled(workspace, library, built.plan, dict(sorted(files.items())), tuple(in_order(findings)))


def lint_workspace(root: Path, today: date | None = None, templates: Path | None = None) -> list[Finding]:
    """Compile and lint as of a day; where the workspace does not compile, only what stands in the way is returned."""
    from mlmon.lint.context import Context
    from mlmon.lint.run import lint

    compiled = compile_workspace(root, templates)
    if compiled.plan is None or not compiled.files:
        return list(compiled.findings)
    context = Context(compiled.workspace, compiled.plan, compiled.files, today or date.today(), compiled.library)
    return in_order([*compiled.findings, *lint(context)])


def check_files(
    root: Path, compiled: Compiled, *, strict: bool, display: str
) -> tuple[list[Finding], tuple[ToolReport, ...]]:
    """Let the tools judge compiled files in a temporary folder, before anything is written."""
    with tempfile.TemporaryDirectory(prefix="mlmon-") as folder:
        tree = Path(folder)
        for path, text in compiled.files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text, encoding="utf-8")
        # Installing providers takes seconds and the network; `mlmon validate` does it.
        return check_tree(root, tree, compiled.plan, strict=strict, display=display, validate=False)


def check_tree(
    root: Path, tree: Path, plan: Plan | None, *, strict: bool, display: str, validate: bool = True
) -> tuple[list[Finding], tuple[ToolReport, ...]]:
    """Let promtool, amtool and terraform judge a folder; findings about rules are placed in the spec they come from."""
    from mlmon.tools.checks import Options
    from mlmon.tools.executables import locate_all
    from mlmon.tools.report import check_all
    from mlmon.tools.work import Work

    files = {path.relative_to(tree).as_posix(): path for path in sorted(tree.rglob("*")) if path.is_file()}
    options = Options(strict=strict, validate=validate, needs_alertmanager=minimum_version(plan) if plan else (0, 0))
    report = check_all(tree, display, Work.of(files), locate_all(root), options)
    findings = [at_origin(finding, plan, tree, display) for finding in report.findings] if plan else report.findings
    return [*findings, *_proven(files, display)] if validate else list(findings), report.tools


def _proven(files: Mapping[str, Path], display: str) -> list[Finding]:
    """Compare the routing on disk with what it has to do; inhibition and hours are out of amtool's reach."""
    from mlmon.routing.verify import CONFIG, PROOFS, verify

    if CONFIG not in files or PROOFS not in files:
        return []
    config, proofs = (files[path].read_text(encoding="utf-8", errors="replace") for path in (CONFIG, PROOFS))
    return verify(config, proofs, Place(f"{display}/{CONFIG}"))


def _faulty(fault: OwnTemplateError, root: Path) -> Finding:
    path, within = fault.path.resolve(), root.resolve()
    shown = path.relative_to(within) if path.is_relative_to(within) else fault.path
    return Finding(
        rule="template-invalid",
        message=fault.message,
        advice="correct it, or take it out of the folder: the one that ships is used then",
        place=Place(shown.as_posix(), fault.line, min(fault.line, 1)),
    )


def _refused(target: str, sentence: str) -> Finding:
    advice = "shorten or change the name in the spec that it comes from"
    return Finding(rule=f"{target}-limit", message=sentence, advice=advice, place=Place(PROJECT_FILE))


def _written(plan: Plan) -> list[Finding]:
    """Hand-written PromQL is parsed here, so that it is checked even where promtool is absent."""
    found = []
    for alert in plan.alerts:
        problem = parse_error(alert.condition.expr) if isinstance(alert.condition, Written) else None
        if problem:
            message = f"the PromQL of {alert.name} does not parse: {problem}"
            advice = "correct `expr`; it has to be one expression that gives a vector"
            found.append(Finding(rule="promql-syntax", message=message, advice=advice, place=alert.origin))
    return found
