"""Each rule's case: what it says to the letter, and a variant of the same project that is clean."""

import os
from pathlib import Path

import pytest

from mlmon.diagnostics import Finding
from mlmon.lint.catalogue import catalogue
from mlmon.lint.context import OUTPUT, Context
from mlmon.report import as_text
from tests.lint.linting import CASES, context, findings, judged, variants
from tests.support import archive

each_case = pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])


@each_case
def test_finding_to_the_letter(case: Path, tmp_path: Path) -> None:
    _, failing, _, expected = variants(case)
    made = context(tmp_path, failing)
    found = judged(made, case.stem)
    stand_somewhere(found, made)
    seen = as_text(found, tmp_path)
    if os.environ.get("UPDATE_GOLDEN"):
        comment, files = archive.read(case)
        archive.write(case, comment, files | {"expected": seen})
    else:
        assert seen == expected
    assert f"[{case.stem}]" in seen


def stand_somewhere(found: list[Finding], made: Context) -> None:
    documents = [made.workspace.project, *made.workspace.services]
    texts = {item.document.path: item.document.text for item in documents if item}
    texts |= {f"{OUTPUT}/{path}": text for path, text in made.files.items()}
    for finding in found:
        line = texts[finding.place.path].splitlines()[finding.place.line - 1]
        assert 1 <= finding.place.column <= len(line)
        assert finding.advice
        assert not finding.message.endswith(".")
        assert "\n" not in finding.message + finding.advice


@each_case
def test_passing_variant_is_clean(case: Path, tmp_path: Path) -> None:
    _, failing, passing, _ = variants(case)
    assert failing != passing
    assert findings(tmp_path, passing, case.stem) == []


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert {case.stem for case in CASES} == catalogue().keys()
