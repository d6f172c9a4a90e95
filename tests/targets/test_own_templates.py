"""`--templates`: wording of one's own, and what happens where it cannot be rendered."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlmon.cli import app
from tests.support.compiled import HEAD
from tests.support.proving import workspace

SPEC = HEAD + "runtimes:\n  - {preset: vllm, selector: {job: chat}}\n"
FILE = "runbook-service.md.j2"
BROKEN = {
    "# {{ service.nmae }}\n": (
        f"own/{FILE}:1:1: error[template-invalid] UndefinedError: 'mlmon.plan.model.ServicePlan object' has no "
        "attribute 'nmae'\n  1 | # {{ service.nmae }}\n    | ^\n"
    ),
    "# A\n\n{% if x %}\n": (
        f"own/{FILE}:3:1: error[template-invalid] TemplateSyntaxError: Unexpected end of template. Jinja was looking "
        "for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.\n"
        "  3 | {% if x %}\n    | ^\n"
    ),
    "a\n{{ 1 / 0 }}\n": (
        f"own/{FILE}:2:1: error[template-invalid] ZeroDivisionError: division by zero\n  2 | {{{{ 1 / 0 }}}}\n    | ^\n"
    ),
    "\xff": (
        f"own/{FILE}: error[template-invalid] UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: "
        "invalid start byte\n"
    ),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = workspace(tmp_path / "work", SPEC)
    (made / "own").mkdir()
    monkeypatch.chdir(made)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return made


def test_own_wording_is_used_and_the_rest_is_as_it_ships(root: Path) -> None:
    CliRunner().invoke(app, ["generate", "--no-tools"])
    before = (root / "generated/runbooks/README.md").read_text(encoding="utf-8")
    (root / "own" / FILE).write_text("# Ask the team of {{ service.name }}\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["generate", "--no-tools", "--templates", "own"])
    assert result.exit_code == 0, result.output
    assert (root / "generated/runbooks/fraud/README.md").read_text(encoding="utf-8") == "# Ask the team of fraud\n"
    assert (root / "generated/runbooks/README.md").read_text(encoding="utf-8") == before
    assert CliRunner().invoke(app, ["generate", "--check", "--no-tools"]).exit_code == 1


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("command", [["generate", "--no-tools"], ["lint"]])
def test_a_broken_template_is_a_finding_at_its_line(root: Path, text: str, command: list[str]) -> None:
    (root / "own" / FILE).write_bytes(text.encode("latin-1"))
    result = CliRunner().invoke(app, [*command, "--root", str(root), "--templates", "own"])
    assert result.exit_code == 1
    advice = "    = correct it, or take it out of the folder: the one that ships is used then\n"
    assert BROKEN[text] + advice in result.output
    assert not (root / "generated").exists()


def test_a_folder_that_is_not_there(root: Path) -> None:
    result = CliRunner().invoke(app, ["generate", "--templates", "nowhere"])
    assert result.exit_code == 2
    assert "nowhere" in result.output
