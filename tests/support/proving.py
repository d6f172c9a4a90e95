"""Workspaces whose rules are damaged on the way from the compiler to promtool, and what the proofs are made of."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlmon.compiler import Compiled, compile_workspace
from mlmon.plan.conditions import on_backend
from mlmon.plan.model import Alert, Plan
from mlmon.targets.proofs import proof_files
from mlmon.targets.proofs.proof import Proof, Step
from tests.support.compiled import HEAD, PROJECT, RUNTIME

RULES = "prometheus/fraud.rules.yaml"


def workspace(folder: Path, spec: str = HEAD + RUNTIME) -> Path:
    """Write a project with one spec."""
    (folder / "specs").mkdir(parents=True)
    (folder / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "specs" / "fraud.yaml").write_text(spec, encoding="utf-8")
    return folder


def damaged(monkeypatch: pytest.MonkeyPatch, path: str, change: Callable[[str], str]) -> None:
    """Let the compiler give a file that has been changed; the change must be one."""

    def compiling(root: Path, templates: Path | None = None) -> Compiled:
        made = compile_workspace(root, templates)
        text = change(made.files[path])
        assert text != made.files[path], "nothing was changed"
        return replace(made, files={**made.files, path: text})

    monkeypatch.setattr("mlmon.compiler.compile_workspace", compiling)


def of_rule(name: str, change: Callable[[str], str]) -> Callable[[str], str]:
    """Change the rules of one name only: a recording, or an alert in all severities."""

    def changed(text: str) -> str:
        rules = re.split(r"(?m)^(?=  - (?:alert|record): )", text)
        return "".join(change(rule) if re.match(rf"  - (alert|record): {name}\n", rule) else rule for rule in rules)

    return changed


def watched(plan: Plan) -> Iterator[Alert]:
    """Every alert that Prometheus evaluates."""
    yield from (one for one in plan.alerts if on_backend(one.condition, "prometheus"))


def proofs_by_alert(plan: Plan) -> dict[str, list[Proof]]:
    """The proofs of each alert by its id."""
    found: dict[str, list[Proof]] = {}
    for file in proof_files(plan):
        for proof in file.proofs:
            found.setdefault(proof.alert.id, []).append(proof)
    return found


def steps(proofs: list[Proof]) -> set[Step]:
    """What some proofs show."""
    return {check.step for proof in proofs for check in proof.checks}
