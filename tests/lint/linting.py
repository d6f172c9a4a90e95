"""Lints a small project in the process, with generated files of one's own beside the rules for Prometheus."""

from datetime import date
from pathlib import Path

from mlmon.diagnostics import Finding, in_order
from mlmon.lint.context import OUTPUT, Context
from mlmon.lint.run import lint
from mlmon.packs.load import library
from mlmon.plan.build import build
from mlmon.spec.load import load
from mlmon.targets import prometheus
from tests.support.archive import read, unpack

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
PROJECT = (Path(__file__).parent.parent / "support" / "project.yaml").read_text(encoding="utf-8")
SPEC = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: ranker, team: ml, description: Ranks results.}
runtimes:
  - {preset: prometheus-client, family: inference, selector: {job: ranker}}
"""
TODAY = date(2027, 1, 1)
PASSING = "passing/"
UNTESTED = "expr-without-test"


def variants(case: Path) -> tuple[str, dict[str, str], dict[str, str], str]:
    """The comment of a case, its files, those of the passing variant, and the expected output."""
    comment, files = read(case)
    expected = files.pop("expected", "")
    failing = {"mlmon.yaml": PROJECT, "specs/ranker.yaml": SPEC}
    failing |= {name: text for name, text in files.items() if not name.startswith(PASSING)}
    other = {name.removeprefix(PASSING): text for name, text in files.items() if name.startswith(PASSING)}
    return comment, failing, failing | other, expected


def context(folder: Path, files: dict[str, str]) -> Context:
    """Plan a project that must have no findings; its rules are rendered, files below generated/ stand beside them."""
    generated = {name.removeprefix(f"{OUTPUT}/"): text for name, text in files.items() if name.startswith(OUTPUT)}
    unpack({name: text for name, text in files.items() if not name.startswith(OUTPUT)}, folder)
    workspace = load(folder)
    built = build(workspace, library())
    assert built.findings == ()
    assert built.plan is not None
    return Context(workspace, built.plan, prometheus.render(built.plan) | generated, TODAY)


def findings(folder: Path, files: dict[str, str], rule: str = "") -> list[Finding]:
    """What `mlmon lint` finds in a project, in its order."""
    return judged(context(folder, files), rule)


def judged(made: Context, rule: str) -> list[Finding]:
    """The findings but those on missing tests: a case is about one rule, and its alerts are written for that alone."""
    return in_order(item for item in lint(made) if item.rule != UNTESTED or rule == UNTESTED)
