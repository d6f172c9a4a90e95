"""`mlmon budget` as people and pipelines run it: exit codes, files, and what it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from mlmon.cli import app
from tests.budget.fake import Fake, send, serving, telling
from tests.budget.stories import DAY, NOW, Counts, Outage, month
from tests.support.compiled import HEAD, PROJECT, RUNTIME

SLOS = """\
slos:
  - {name: availability, objective: 99.9%}
  - {name: latency, objective: 99%, threshold: 500ms}
"""
HEALTHY = month(steady=1)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "specs" / "fraud.yaml").write_text(HEAD + RUNTIME + SLOS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("PROMETHEUS_TOKEN_FILE", raising=False)


def run(*arguments: str, story: Counts = HEALTHY, groups: tuple[dict[str, str], ...] = ()) -> tuple[Result, Fake]:
    with serving(telling(story, *groups)) as fake:
        options = ["budget", "--prometheus", fake.url, "--at", str(NOW), *arguments]
        return CliRunner().invoke(app, options, catch_exceptions=False), fake


def test_a_good_month_passes() -> None:
    result, fake = run("fraud")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "ok: 2 of 2 budgets are measured, none is used up"
    assert len(fake.asked) == 2
    path, asked = fake.asked[0]
    assert path == "/api/v1/query_range"
    assert (int(asked["end"]), int(asked["step"])) == (NOW, 300)
    assert (int(asked["end"]) - int(asked["start"])) // 300 + 1 == 8640
    assert "slo:mlmon_errors:chunk5m" in asked["query"]
    assert "slo:mlmon_events:chunk5m" in asked["query"]


def test_a_spent_budget_stops_releases() -> None:
    outage = month(Outage(NOW - 3 * DAY, NOW - 2 * DAY, 50))
    result, _ = run("--slo", "availability", story=outage)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "freeze: fraud/availability: the budget is spent"


def test_a_minimum_is_a_gate() -> None:
    story = month(steady=2)
    assert run("--min-budget", "30%", story=story)[0].exit_code == 0
    result, _ = run("--min-budget", "40%", "--slo", "availability", story=story)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == ("freeze: fraud/availability: less than 40% of the budget is left")


def test_no_data_passes_without_a_minimum_and_says_so() -> None:
    result, _ = run(story=lambda _: None)
    assert result.exit_code == 0
    assert "not measured: Prometheus has no recorded chunks of this SLO in the period" in result.stdout
    assert result.stdout.splitlines()[-1] == "unknown: no budget is measured"


def test_no_data_fails_with_a_minimum() -> None:
    result, _ = run("--min-budget", "10%", story=lambda _: None)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        "freeze: fraud/latency: not measured, so nobody can say that 10% of the budget is left"
    )


def test_the_same_data_give_the_same_report() -> None:
    story = month(Outage(NOW - 9 * DAY, NOW - 8 * DAY, 2))
    for form in ("text", "json", "markdown", "html"):
        first, second = (
            run("--slo", "latency", "--format", form, story=story)[0].stdout.splitlines() for _ in range(2)
        )
        # The port of the server is another one each time.
        assert [line for line in first if "127.0.0.1" not in line] == [
            line for line in second if "127.0.0.1" not in line
        ]


def test_the_page_goes_to_a_file(tmp_path: Path) -> None:
    result, _ = run("--format", "html", "--output", "budget.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "budget.html").read_text(encoding="utf-8").startswith('<!DOCTYPE html>\n<html lang="en">')


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    result, _ = run("--output", "absent/budget.txt")
    assert result.exit_code == 2
    assert result.stderr == "mlmon: absent/budget.txt cannot be written: no such file or directory; check the path\n"


def test_each_group_has_its_budget(tmp_path: Path) -> None:
    spec = "slos:\n  - {name: by-version, indicator: availability, objective: 99.9%, group_by: [version]}\n"
    (tmp_path / "specs" / "fraud.yaml").write_text(HEAD + RUNTIME + spec, encoding="utf-8")
    result, _ = run("--format", "json", groups=({"model_version": "v2"}, {"model_version": "v1"}))
    assert [item["group"] for item in json.loads(result.stdout)["budgets"]] == [
        {"model_version": "v1"},
        {"model_version": "v2"},
    ]


def test_a_quarter_is_asked_for_in_parts_that_prometheus_takes(tmp_path: Path) -> None:
    spec = "slos:\n  - {name: availability, objective: 99.9%, window: 90d}\n"
    (tmp_path / "specs" / "fraud.yaml").write_text(HEAD + RUNTIME + spec, encoding="utf-8")
    result, fake = run("--format", "json")
    steps = [(int(asked["end"]) - int(asked["start"])) // 300 + 1 for _, asked in fake.asked]
    assert steps == [10_000, 10_000, 5_920]
    (budget,) = json.loads(result.stdout)["budgets"]
    assert (budget["bad"], budget["coverage"]) == (25_920, 1)


def test_warnings_of_prometheus_are_passed_on() -> None:
    with serving(telling(HEALTHY, warnings=["store a is down"])) as fake:
        result = CliRunner().invoke(app, ["budget", "--prometheus", fake.url, "--at", str(NOW)])
    assert "note: Prometheus warns of fraud/latency: store a is down" in result.stdout


def test_prometheus_that_fails_is_no_verdict() -> None:
    with serving(lambda request: send(request, "", 503)) as fake:
        result = CliRunner().invoke(app, ["budget", "--prometheus", fake.url])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"mlmon: {fake.url} answers with status 503; "
        "Prometheus is overloaded or starting; look at its log and run this again\n"
    )


def test_a_token_comes_from_the_file_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("hunter2\n", encoding="utf-8")
    monkeypatch.setenv("PROMETHEUS_TOKEN_FILE", str(tmp_path / "token"))
    result, fake = run()
    assert fake.headers[0]["Authorization"] == "Bearer hunter2"
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["froud"], 'there is no service "froud"; did you mean "fraud"?'),
        (["--slo", "latancy"], 'there is no SLO "latancy"; did you mean "latency"?'),
        (["--min-budget", "150%"], "150% is no share of a budget; write a percentage from 0% to 100%"),
        (["--at", "noon"], '"noon" is not a moment; write 2026-03-14T12:00Z, a date, or Unix seconds'),
    ],
)
def test_mistakes_are_explained(arguments: list[str], message: str) -> None:
    result, fake = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"mlmon: {message}\n")
    assert fake.asked == []


def test_specs_that_do_not_compile_come_first(tmp_path: Path) -> None:
    (tmp_path / "specs" / "fraud.yaml").write_text(HEAD + "runtimes: 3\n", encoding="utf-8")
    result, _ = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("mlmon: the specs have to be corrected first\n")
