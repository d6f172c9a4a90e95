"""Suppression comments: used, unused, without a reason, expired, misspelt."""

from pathlib import Path

import pytest

from mlmon.report import as_text
from tests.lint.linting import PROJECT, SPEC, findings

SILENT = "  InstanceDown: {disabled: true, reason: spot instances}\n"


def said(folder: Path, comment: str, entry: str = SILENT) -> str:
    spec = f"{SPEC}alerts:\n  # mlmon: {comment}\n{entry}"
    return as_text(findings(folder, {"mlmon.yaml": PROJECT, "specs/ranker.yaml": spec}), folder)


@pytest.mark.parametrize(
    "comment",
    [
        "ignore[disabled-without-end] spot instances come and go",
        "ignore[disabled-without-end] spot instances, until 2027-01-02",
        "ignore[ disabled-without-end ]: spot instances come and go, until 2027-01-02",
    ],
)
def test_used(comment: str, tmp_path: Path) -> None:
    assert said(tmp_path, comment) == ""


def test_used_on_the_same_line(tmp_path: Path) -> None:
    spec = f"{SPEC}alerts:\n{SILENT.rstrip()}  # mlmon: ignore[disabled-without-end] spot instances\n"
    assert findings(tmp_path, {"mlmon.yaml": PROJECT, "specs/ranker.yaml": spec}) == []


def test_covers_its_own_and_the_next_line_only(tmp_path: Path) -> None:
    seen = said(tmp_path, "ignore[disabled-without-end] spot instances", "  TrafficLow: {for: 1h}\n" + SILENT)
    assert "[lint-ignore] disabled-without-end has nothing to ignore here" in seen
    assert "[disabled-without-end] InstanceDown is disabled without an end" in seen


@pytest.mark.parametrize(
    ("comment", "message", "advice"),
    [
        (
            "ignore[page-on-cause] it is late",
            "page-on-cause has nothing to ignore here",
            "remove the comment",
        ),
        (
            "ignore[disabled-without-end]",
            "disabled-without-end is ignored without a reason",
            "write the reason after the bracket",
        ),
        (
            "ignore[disabled-without-end], until 2027-03-01",
            "disabled-without-end is ignored without a reason",
            "write the reason after the bracket",
        ),
        (
            "ignore[disabled-without-end] spot instances, until 2027-01-01",
            "disabled-without-end was to be ignored until 2027-01-01",
            "mend what it says, or set a later day",
        ),
        (
            "ignore[disabled-without-end] spot instances, until 2027-02-30",
            "disabled-without-end is ignored until a day that does not exist",
            "correct the day",
        ),
        (
            "ignore[disabled-without-ends] spot instances",
            'there is no lint rule "disabled-without-ends"',
            'did you mean "disabled-without-end"?',
        ),
    ],
)
def test_wrong(comment: str, message: str, advice: str, tmp_path: Path) -> None:
    seen = said(tmp_path, comment)
    assert seen.startswith(
        f"specs/ranker.yaml:7:3: warning[lint-ignore] {message}\n"
        f"  7 |   # mlmon: {comment}\n"
        "    |   ^\n"
        f"    = {advice}\n"
    )
    assert "[disabled-without-end] InstanceDown is disabled without an end" in seen


def test_in_the_project_file(tmp_path: Path) -> None:
    spare = "  # mlmon: ignore[receiver-unused] the platform team takes it over in March\n"
    spare += "  mail: {type: webhook, url: http://mail.example.org/alerts}\ndefault_receiver"
    files = {"mlmon.yaml": PROJECT.replace("default_receiver", spare, 1), "specs/ranker.yaml": SPEC}
    assert findings(tmp_path, files) == []
