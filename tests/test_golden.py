"""Golden trees: what a project compiles to, to the byte. Missing, changed and orphan files all fail."""

import os
import shutil
from pathlib import Path

import pytest

from mlmon.compiler import check_files, compile_workspace
from mlmon.diagnostics import Severity

CASES = sorted(path.parent for path in (Path(__file__).parent / "golden").glob("*/mlmon.yaml"))


def on_disk(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_tree_is_the_golden_one(case: Path) -> None:
    compiled = compile_workspace(case)
    assert compiled.findings == ()
    expected = case / "expected"
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(expected, ignore_errors=True)
        for name, text in compiled.files.items():
            (expected / name).parent.mkdir(parents=True, exist_ok=True)
            (expected / name).write_text(text, encoding="utf-8")
    golden = on_disk(expected)
    assert sorted(compiled.files.keys() - golden.keys()) == [], "missing from the golden tree"
    assert sorted(golden.keys() - compiled.files.keys()) == [], "orphaned in the golden tree"
    for name, text in compiled.files.items():
        assert text == golden[name], f"{name} has changed"


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_engine_accepts_it(case: Path) -> None:
    findings, reports = check_files(case, compile_workspace(case), strict=False, display="expected")
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    assert {report.name for report in reports if report.checked} >= {"promtool", "amtool"}
