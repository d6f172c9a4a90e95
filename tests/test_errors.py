"""Broken input: what the user sees, to the letter. A case is one file in tests/errors/ (UPDATE_GOLDEN=1 fills it)."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlmon.cli import app
from tests.support import archive

CASES = sorted((Path(__file__).parent / "errors").glob("*.txt"))
PROJECT = (Path(__file__).parent / "support" / "project.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_message_to_the_letter(case: Path, tmp_path: Path) -> None:
    comment, files = archive.read(case)
    expected = files.pop("expected", "")
    archive.unpack({"mlmon.yaml": PROJECT, **files}, tmp_path)
    result = CliRunner().invoke(app, ["generate", "--no-tools", "--root", str(tmp_path)])
    seen = f"{result.output}exit code {result.exit_code}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        archive.write(case, comment, {**files, "expected": seen})
    else:
        assert seen == expected
    assert result.exit_code in (1, 2)
    assert "Traceback" not in seen
    assert str(tmp_path) not in seen
    assert not (tmp_path / "generated").exists()


def test_there_are_cases() -> None:
    assert len(CASES) >= 15
