"""`mlmon lint` as people and pipelines call it."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from mlmon.cli import app
from mlmon.compiler import lint_workspace
from mlmon.diagnostics import Severity
from mlmon.lint.catalogue import catalogue
from tests.lint.linting import CASES, PROJECT, SPEC, TODAY, variants
from tests.support.archive import unpack

WARNS = "alerts:\n  InstanceDown: {disabled: true, reason: migration, until: 2027-01-01}\n"
NOTES = "alerts:\n  InstanceDown: {disabled: true, reason: migration}\n"
FAILS = "alerts:\n  A: {expr: app_a > bool 5, severity: page, layer: model, summary: Wrong.}\n"


def lint(folder: Path, more: str, *arguments: str) -> Result:
    unpack({"mlmon.yaml": PROJECT, "specs/ranker.yaml": SPEC + more}, folder)
    return CliRunner().invoke(app, ["lint", "--root", str(folder), "--today", "2027-01-01", *arguments])


@pytest.mark.parametrize(
    ("more", "strict", "code"),
    [
        ("", True, 0),
        (NOTES, False, 0),
        (NOTES, True, 0),
        (WARNS, False, 0),
        (WARNS, True, 1),
        (FAILS, False, 1),
        (FAILS, True, 1),
    ],
)
def test_exit_code(more: str, strict: bool, code: int, tmp_path: Path) -> None:
    assert lint(tmp_path, more, *["--strict"] * strict).exit_code == code


def test_prints_what_the_rules_say_and_counts_it(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.stem == "override-expired")
    _, files, _, expected = variants(case)
    unpack(files, tmp_path)
    result = CliRunner().invoke(app, ["lint", "--root", str(tmp_path), "--today", "2027-01-01"])
    assert result.output == f"{expected}2 warnings\n"


def test_says_that_there_is_nothing(tmp_path: Path) -> None:
    assert lint(tmp_path, "").output == "ok: nothing to complain about\n"


def test_the_example_fleet_is_clean() -> None:
    assert lint_workspace(Path(__file__).parent.parent.parent, TODAY) == []


def test_judges_dates_as_of_the_day_given(tmp_path: Path) -> None:
    assert lint(tmp_path, WARNS, "--today", "2026-12-31").output == "ok: nothing to complain about\n"


def test_json(tmp_path: Path) -> None:
    assert json.loads(lint(tmp_path, WARNS, "--format", "json").stdout)["findings"] == [
        {
            "rule": "override-expired",
            "severity": "warning",
            "path": "specs/ranker.yaml",
            "line": 7,
            "column": 60,
            "message": "InstanceDown was to be disabled until 2027-01-01 and is still silent",
            "advice": "remove the entry, or set a later day",
        }
    ]


def test_github(tmp_path: Path) -> None:
    assert lint(tmp_path, WARNS, "--format", "github").stdout == (
        "::warning file=specs/ranker.yaml,line=7,col=60,title=override-expired::InstanceDown was to be disabled until "
        "2027-01-01 and is still silent. remove the entry, or set a later day\n"
    )


def test_what_does_not_compile_is_not_linted(tmp_path: Path) -> None:
    result = lint(tmp_path, NOTES + "thresholds:\n  nothing: {page: 1}\n")
    assert result.exit_code == 1
    assert "[spec-threshold]" in result.output
    assert "disabled-without-end" not in result.output


@pytest.mark.parametrize("identifier", catalogue())
def test_explain(identifier: str) -> None:
    result = CliRunner().invoke(app, ["lint", "--explain", identifier])
    rule = catalogue()[identifier]
    assert result.exit_code == 0
    assert result.output == f"{identifier} ({rule.severity})\n\n{rule.manual}\n"


def test_explain_unknown() -> None:
    result = CliRunner().invoke(app, ["lint", "--explain", "page-on-causes"])
    assert result.exit_code == 2
    assert result.output == 'mlmon: there is no lint rule "page-on-causes"; did you mean "page-on-cause"?\n'


def test_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(app, ["lint", "--rules"])
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80
    for severity in Severity:
        of_kind = [rule.id for rule in catalogue().values() if rule.severity is severity]
        section = result.output.split(f"{severity}s ({len(of_kind)})\n")[1].split("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines() if line[2] != " "] == of_kind
    assert f"\n{len(catalogue())} rules; `mlmon lint --explain ID` prints the manual page of one.\n" in result.output
