"""The command line as its users meet it: what is written, what is said, and the exit code."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mlmon.cli import app
from tests.support.compiled import HEAD, PROJECT, RUNTIME

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "specs" / "fraud.yaml").write_text(HEAD + RUNTIME, encoding="utf-8")
    return tmp_path


def run(*arguments: str, root: Path) -> Result:
    return CliRunner().invoke(app, [*arguments, "--root", str(root)])


def test_generate_then_check_then_a_changed_spec_is_stale(project: Path) -> None:
    first = run("generate", root=project)
    assert first.exit_code == 0
    assert "ok: generated/ holds" in first.output
    assert run("generate", "--check", root=project).exit_code == 0
    spec = project / "specs" / "fraud.yaml"
    spec.write_text(spec.read_text() + "thresholds: {error_ratio: {page: 3%}}\n")
    stale = run("generate", "--check", root=project)
    assert stale.exit_code == 1
    assert "generated/prometheus/fraud.rules.yaml" in stale.output
    assert "is not what the specs generate now" in stale.output


def test_missing_and_orphaned_files_are_listed(project: Path) -> None:
    run("generate", "--no-tools", root=project)
    (project / "generated" / "prometheus" / "fraud.rules.yaml").unlink()
    spec = project / "specs" / "fraud.yaml"
    spec.rename(project / "specs" / "other.yaml")
    other = project / "specs" / "other.yaml"
    other.write_text(other.read_text().replace("name: fraud", "name: other"))
    result = run("generate", "--check", "--no-tools", root=project)
    assert result.exit_code == 1
    assert "output-missing" in result.output
    assert "output-orphaned" in result.output


def test_what_was_changed_by_hand_is_kept_until_it_may_be_overwritten(project: Path) -> None:
    run("generate", "--no-tools", root=project)
    rules = project / "generated" / "prometheus" / "fraud.rules.yaml"
    rules.write_text(rules.read_text() + "# mine\n")
    refused = run("generate", "--no-tools", root=project)
    assert refused.exit_code == 1
    assert "changed by hand since mlmon wrote it" in refused.output
    assert "# mine" in rules.read_text()
    assert run("generate", "--no-tools", "--overwrite", root=project).exit_code == 0
    assert "# mine" not in rules.read_text()


def script(folder: Path, text: str) -> str:
    path = folder / "fake-promtool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return str(path)


def test_a_missing_promtool_is_said_and_fails_only_when_tools_are_demanded(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLMON_PROMTOOL", str(project / "no-such-promtool"))
    lenient = run("generate", root=project)
    assert lenient.exit_code == 0
    assert "warning[tool-failed] promtool (from MLMON_PROMTOOL) cannot be started" in lenient.output
    assert (project / "generated").exists()
    shutil.rmtree(project / "generated")
    strict = run("generate", "--strict-tools", root=project)
    assert strict.exit_code == 1
    assert "error[tool-failed]" in strict.output
    assert not (project / "generated").exists()


def test_a_promtool_that_refuses_stops_everything_and_points_at_the_spec(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "promtool, version 3.5.0 (branch: HEAD, revision: abc)"
    fake = script(project, f'case "$1" in --version) echo "{said}";; *) echo boom >&2; exit 1;; esac')
    monkeypatch.setenv("MLMON_PROMTOOL", fake)
    result = run("generate", root=project)
    assert result.exit_code == 1
    assert "boom" in result.output
    assert not (project / "generated").exists()


def test_an_output_folder_that_cannot_be_written_is_one_clear_message(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("generate", "--no-tools", root=project)
    assert result.exit_code == 1
    assert "output-unwritable" in result.output
    assert "Traceback" not in result.output
    assert not (project / "generated").exists()


def test_json_is_one_object_for_every_command(project: Path) -> None:
    for command in (["generate"], ["generate", "--check"], ["lint"], ["validate"], ["doctor"]):
        result = run(*command, "--format", "json", root=project)
        assert isinstance(json.loads(result.stdout), dict), command


def test_validate_reports_each_tool_in_one_report(project: Path) -> None:
    run("generate", root=project)
    result = run("validate", root=project)
    assert result.exit_code == 0
    assert "promtool" in result.output
    assert "amtool" in result.output
    (project / "generated" / "prometheus" / "fraud.rules.yaml").write_text(
        "groups: [{name: x, rules: [{record: 1}]}]\n"
    )
    assert run("validate", root=project).exit_code == 1


def test_validate_without_output_says_what_to_do(project: Path) -> None:
    result = run("validate", root=project)
    assert result.exit_code == 2
    assert "run `mlmon generate` first" in result.output


@pytest.mark.parametrize("runtime", ["prometheus-client", "vllm", "triton", "sagemaker-endpoint"])
def test_init_writes_a_spec_that_compiles(tmp_path: Path, runtime: str) -> None:
    result = run("init", runtime, "--name", "first", "--team", "ml", root=tmp_path)
    assert result.exit_code == 0, result.output
    made = run("generate", "--no-tools", root=tmp_path)
    assert made.exit_code == 0, made.output
    again = run("init", runtime, "--name", "first", root=tmp_path)
    assert again.exit_code == 2
    assert "exists already" in again.output


def test_schema_is_what_generate_writes_for_editors(project: Path) -> None:
    run("generate", "--no-tools", root=project)
    for kind in ("service", "project"):
        printed = run("schema", kind, root=project).stdout
        assert printed == (project / "generated" / "schema" / f"{kind}.json").read_text()
        assert json.loads(printed)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_no_colour_and_no_progress_in_a_pipe(project: Path) -> None:
    command = [sys.executable, "-m", "mlmon", "generate", "--no-tools"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True, env=environment)
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""


def test_an_unforeseen_error_is_one_sentence(project: Path) -> None:
    program = (
        "import mlmon.compiler, mlmon.__main__ as m, sys\n"
        "def fail(*given): raise RuntimeError('the moon')\n"
        "mlmon.compiler.compile_workspace = fail\n"
        "sys.argv = ['mlmon', 'generate']\n"
        "m.main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 2
    assert done.stderr.startswith("mlmon: internal error (RuntimeError: the moon)")
    assert "Traceback" not in done.stderr


def test_output_does_not_depend_on_hash_order(project: Path) -> None:
    seen = set()
    for seed in ("0", "1", "42"):
        shutil.rmtree(project / "generated", ignore_errors=True)
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": f"UTC-{seed}"}
        command = [sys.executable, "-m", "mlmon", "generate", "--no-tools"]
        subprocess.run(command, cwd=project, check=True, env=environment, capture_output=True)
        seen.add((project / "generated" / "MANIFEST.sha256").read_text())
    assert len(seen) == 1
