"""`mlmon test` as its users meet it: what it runs, what it remembers, what it says, and what it leaves behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from mlmon.cli import app
from tests.support.compiled import HEAD, RUNTIME
from tests.support.proving import RULES, damaged, of_rule, workspace

SMALL = HEAD + "pipelines:\n  - {preset: kubernetes-cronjob, namespace: ml, cronjob: nightly}\n"
SLO = "slos:\n  - {name: availability, objective: 99.9%}\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "300")


def run(*arguments: str, root: Path) -> Result:
    return CliRunner().invoke(app, ["test", *arguments, "--root", str(root)])


def script(folder: Path, body: str) -> Path:
    path = folder / "promtool"
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def counting(folder: Path, promtool: str) -> tuple[Path, Callable[[], list[int]]]:
    """A promtool that writes down what it is called with, and how many files each call had."""
    log = folder / "calls"
    made = script(folder, f'[ "$1" = test ] && echo "$#" >> {log}\nexec {promtool} "$@"')
    return made, lambda: [int(line) - 2 for line in log.read_text().split()] if log.exists() else []


@pytest.fixture
def calls(
    tmp_path: Path, require_tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[int]]:
    real = shutil.which(require_tool("promtool"))
    assert real is not None
    made, read = counting(tmp_path, real)
    monkeypatch.setenv("MLMON_PROMTOOL", str(made))
    return read


def rows(result: Result) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(result.stdout)["services"]
    return found


def test_many_proofs_share_a_call_and_a_second_run_makes_none(tmp_path: Path, calls: Callable[[], list[int]]) -> None:
    root = workspace(tmp_path / "work", SMALL)
    first = run("--jobs", "1", "--format", "json", root=root)
    assert first.exit_code == 0, first.output
    (row,) = rows(first)
    made = calls()
    assert sum(made) > len(made), "a call has several files"
    again = run("--changed", root=root)
    assert again.exit_code == 0
    assert calls() == made
    assert "proofs known)" in again.output
    run(root=root)
    assert sum(calls()) == 2 * sum(made), "without --changed everything is run"
    assert row["passed"] is True


def test_a_changed_rule_runs_its_own_proof_only(
    tmp_path: Path, calls: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = workspace(tmp_path / "work", SMALL)
    run(root=root)
    before = sum(calls())
    spec = root / "specs" / "fraud.yaml"
    spec.write_text(spec.read_text() + "alerts:\n  PipelineSuspended: {for: 12h}\n")
    result = run("--changed", root=root)
    assert result.exit_code == 0, result.output
    assert sum(calls()) == before + 1


def test_a_failure_is_not_remembered(
    tmp_path: Path, calls: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = workspace(tmp_path / "work", SMALL)
    run(root=root)
    before = sum(calls())
    damaged(monkeypatch, RULES, of_rule("PipelineSuspended", lambda text: text.replace("for: 1d", "for: 2d")))
    for more in (1, 2):
        result = run("--changed", root=root)
        assert result.exit_code == 1
        assert "PipelineSuspended" in result.output
        assert sum(calls()) == before + more


def test_another_promtool_proves_everything_anew(
    tmp_path: Path, calls: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = workspace(tmp_path / "work", SMALL)
    run(root=root)
    before = sum(calls())
    made = Path(os.environ["MLMON_PROMTOOL"])
    text = made.read_text(encoding="utf-8")
    says = '[ "$1" = --version ] && echo "promtool, version 99.1.0 (branch: x, revision: y)" && exit 0\n'
    made.write_text(text.replace("#!/bin/sh\n", f"#!/bin/sh\n{says}"), encoding="utf-8")
    assert run("--changed", root=root).exit_code == 0
    assert sum(calls()) == 2 * before


def test_jobs_bounds_how_many_promtools_run_at_once(tmp_path: Path, calls: Callable[[], list[int]]) -> None:
    root = workspace(tmp_path / "work", SMALL)
    made = Path(os.environ["MLMON_PROMTOOL"])
    live, most = tmp_path / "live", tmp_path / "most"
    live.mkdir()
    text = made.read_text(encoding="utf-8").replace("exec ", "")
    body = f'[ "$1" = test ] && touch {live}/$$ && ls {live} | wc -l >> {most}\n'
    made.write_text(
        text.replace("#!/bin/sh\n", f"#!/bin/sh\n{body}") + f"\ncode=$?\nrm -f {live}/$$\nexit $code\n",
        encoding="utf-8",
    )
    assert run("--jobs", "1", root=root).exit_code == 0
    assert {int(line) for line in most.read_text().split()} == {1}
    assert run("--jobs", "3", root=root).exit_code == 0
    assert 1 < max(int(line) for line in most.read_text().split()) <= 3


def test_another_slo_does_not_run_the_proofs_of_the_first_one_again(
    tmp_path: Path, calls: Callable[[], list[int]]
) -> None:
    root = workspace(tmp_path / "work", HEAD + RUNTIME + SLO)
    assert run("--changed", root=root).exit_code == 0
    before = sum(calls())
    spec = root / "specs" / "fraud.yaml"
    spec.write_text(spec.read_text() + "  - {name: latency, objective: 99%, threshold: 500ms}\n")
    assert run("--changed", root=root).exit_code == 0
    more = sum(calls()) - before
    assert 0 < more < before / 2


def test_one_service_of_several(tmp_path: Path, calls: Callable[[], list[int]]) -> None:
    root = workspace(tmp_path / "work", SMALL)
    (root / "specs" / "other.yaml").write_text(SMALL.replace("name: fraud", "name: other"), encoding="utf-8")
    result = run("--service", "other", "--format", "json", root=root)
    assert [row["service"] for row in rows(result)] == ["other"]
    both = run("--changed", root=root)
    assert [line.split()[0] for line in both.output.splitlines()] == ["service", "fraud", "other"]


def test_an_unknown_service_gets_a_suggestion(tmp_path: Path) -> None:
    result = run("--service", "frod", root=workspace(tmp_path / "work", SMALL))
    assert result.exit_code == 2
    assert result.output == 'mlmon: there is no service "frod"; did you mean "fraud"?\n'


def test_the_summary_and_the_junit_file(
    tmp_path: Path, calls: Callable[[], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = workspace(tmp_path / "work", SMALL)
    damaged(monkeypatch, RULES, of_rule("PipelineSuspended", lambda text: text.replace("for: 1d", "for: 2d")))
    junit = tmp_path / "reports" / "junit.xml"
    result = run("--junit", str(junit), root=root)
    assert result.exit_code == 1
    heading, row = result.output.splitlines()[-2:]
    assert heading.split() == ["service", "alerts", "cases", "alarms", "series", "seconds", "result"]
    assert "failed" in row
    suites = ElementTree.fromstring(junit.read_bytes())  # noqa: S314 -- it is mlmon's own
    tests = list(suites.iter("testcase"))
    failed = {case.get("name") for case in tests if case.find("failure") is not None}
    assert failed == {next(case.get("name") for case in tests if "PipelineSuspended" in str(case.get("name")))}
    assert sum(int(suite.get("tests") or 0) for suite in suites) == len(tests)
    assert sum(int(suite.get("failures") or 0) for suite in suites) == 1
    assert {case.get("file") for case in tests} == {"specs/fraud.yaml"}
    (failure,) = [case.find("failure") for case in tests if case.find("failure") is not None]
    assert failure is not None
    assert str(failure.get("message")).startswith("not proven that it ")
    assert "expected" in str(failure.text)


def test_a_junit_file_that_cannot_be_written(tmp_path: Path, calls: Callable[[], list[int]]) -> None:
    root = workspace(tmp_path / "work", SMALL)
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("--junit", str(tmp_path / "file" / "junit.xml"), root=root)
    assert result.exit_code == 2
    assert "junit.xml cannot be written: " in result.output
    assert "Traceback" not in result.output


MISSING = {
    "absent": (None, "promtool was not found"),
    "no promtool": ("echo hello", "does not say its version as promtool does: hello"),
    "crashing": ("kill -SEGV $$", "crashed (SIGSEGV)"),
}


@pytest.mark.parametrize("name", MISSING)
def test_without_a_promtool_that_works_nothing_is_proven(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, message = MISSING[name]
    root = workspace(tmp_path / "work", SMALL)
    if body is None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("MLMON_PROMTOOL", raising=False)
    else:
        monkeypatch.setenv("MLMON_PROMTOOL", str(script(tmp_path, body)))
    result = run(root=root)
    assert result.exit_code == 2
    assert message in result.output
    assert "Debian and Ubuntu" in result.output


def test_a_promtool_that_hangs_while_it_says_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = workspace(tmp_path / "work", SMALL)
    monkeypatch.setenv("MLMON_PROMTOOL", str(script(tmp_path, "sleep 60")))
    monkeypatch.setattr("mlmon.proving.fleet.PROBE_TIMEOUT", 0.2)
    result = run(root=root)
    assert result.exit_code == 2
    assert "did not answer within 0.2 s and was stopped" in result.output


VERSION = '[ "$1" = --version ] && echo "promtool, version 2.42.0 (branch: x, revision: y)" && exit 0\n'


def test_a_promtool_that_hangs_over_the_proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = workspace(tmp_path / "work", SMALL)
    monkeypatch.setenv("MLMON_PROMTOOL", str(script(tmp_path, VERSION + "sleep 60")))
    monkeypatch.setattr("mlmon.proving.run.TIMEOUT", 0.2)
    result = run(root=root)
    assert result.exit_code == 2
    assert "did not answer within 0.2 s and was stopped" in result.output
    assert "failed" in result.output.splitlines()[-1]


def test_an_old_promtool_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = workspace(tmp_path / "work", SMALL)
    says = VERSION.replace("2.42.0", "2.20.1")
    monkeypatch.setenv("MLMON_PROMTOOL", str(script(tmp_path, says + 'echo "unknown field"; exit 1')))
    result = run(root=root)
    assert result.exit_code == 2
    assert "promtool 2.20.1 is older than 2.42, the oldest that mlmon is tested with" in result.output


def test_an_interruption_stops_every_promtool_and_leaves_nothing_behind(tmp_path: Path) -> None:
    root = workspace(tmp_path / "work", SMALL)
    pids = tmp_path / "pids"
    tool = script(tmp_path, VERSION + f"echo $$ >> {pids}\nsleep 60 &\necho $! >> {pids}\nwait")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "MLMON_PROMTOOL": str(tool), "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "mlmon", "test", "--root", str(root)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while (not pids.exists() or len(pids.read_text().split()) < 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert not any(_lives(int(pid)) for pid in pids.read_text().split())
    assert list(scratch.iterdir()) == []


def _lives(pid: int) -> bool:
    """Tell whether a process is there and no zombie that nobody has fetched."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
