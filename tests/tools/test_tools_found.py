from collections.abc import Callable
from pathlib import Path

import pytest
from tools_helpers import Script, rendezvous

from mlmon.diagnostics import Finding, Severity
from mlmon.tools.executables import Name, Tool, locate, locate_all
from mlmon.tools.found import FoundTool, discover
from mlmon.tools.versions import Version, probe

ANSWERS = {
    Name.PROMTOOL: "promtool, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5+deb12u1)",
    Name.AMTOOL: "amtool, version 0.34.2 (branch: HEAD, revision: abc)",
    Name.TERRAFORM: '{"terraform_version": "1.11.4", "terraform_outdated": true}',
}


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Name:
        monkeypatch.delenv(name.variable, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    (tmp_path / "path").mkdir()


def install(folder: Path, name: Name, body: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def answer(name: Name) -> str:
    return f"cat <<'END'\n{ANSWERS[name]}\nEND"


def test_the_variable_comes_first_then_the_project_then_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = install(tmp_path / "path", Name.TERRAFORM, "")
    assert locate(Name.TERRAFORM, tmp_path) == Tool(Name.TERRAFORM, on_path)
    local = install(tmp_path / ".tools" / "bin", Name.TERRAFORM, "")
    assert locate(Name.TERRAFORM, tmp_path) == Tool(Name.TERRAFORM, local, ".tools/bin")
    other = install(tmp_path / "other", Name.TERRAFORM, "")
    monkeypatch.setenv("MLMON_TERRAFORM", str(other))
    assert locate(Name.TERRAFORM, tmp_path) == Tool(Name.TERRAFORM, other, "MLMON_TERRAFORM")


def test_a_variable_may_name_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "path", Name.PROMTOOL, "").rename(tmp_path / "path" / "promtool-3")
    monkeypatch.setenv("MLMON_PROMTOOL", "promtool-3")
    tool = locate(Name.PROMTOOL, tmp_path)
    assert tool is not None
    assert tool.path == tmp_path / "path" / "promtool-3"


def test_a_variable_that_names_nothing_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "path", Name.TERRAFORM, answer(Name.TERRAFORM))
    monkeypatch.setenv("MLMON_TERRAFORM", str(tmp_path / "gone"))
    tool = next(tool for tool in discover(tmp_path) if tool.name == Name.TERRAFORM)
    assert not tool.usable
    assert "terraform (from MLMON_TERRAFORM) cannot be started: there is no such file" in tool.problem
    assert str(tmp_path) not in tool.problem + tool.advice


def test_an_absolute_path_even_where_path_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "path", Name.TERRAFORM, "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "path")
    assert locate_all(tmp_path)[Name.TERRAFORM] == Tool(Name.TERRAFORM, tmp_path / "path" / "terraform")


def test_doctor_sees_versions(tmp_path: Path) -> None:
    for name in Name:
        install(tmp_path / ".tools" / "bin", name, answer(name))
    found = {tool.name: tool for tool in discover(tmp_path)}
    assert {name: tool.version for name, tool in found.items()} == {
        Name.PROMTOOL: "2.42.0+ds",
        Name.AMTOOL: "0.34.2",
        Name.TERRAFORM: "1.11.4",
    }
    assert all(tool.usable and not tool.problem and tool.source == ".tools/bin" for tool in found.values())


def test_doctor_says_what_is_not_checked_and_how_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for tool in discover(tmp_path):
        assert tool.path is None
        assert tool.problem.startswith(f"{tool.name} was not found; not checked: that ")
        for platform in ("Debian and Ubuntu: `apt install ", "macOS: ", "containers: "):
            assert platform in tool.advice


def test_doctor_asks_all_tools_at_once(tmp_path: Path) -> None:
    for name in Name:
        install(tmp_path / ".tools" / "bin", name, f"{rendezvous(tmp_path / 'met', 3)}\n{answer(name)}")
    assert all(tool.usable for tool in discover(tmp_path))


def test_doctor_does_not_wait_for_ever(tmp_path: Path) -> None:
    for name in Name:
        install(tmp_path / ".tools" / "bin", name, "sleep 60")
    for tool in discover(tmp_path, timeout=0.3):
        assert not tool.usable
        assert "did not answer within 0.3 s and was stopped; not checked: " in tool.problem


BROKEN = {
    "kill -SEGV $$": "promtool (from PATH) crashed (SIGSEGV)",
    "exit 139": "promtool (from PATH) crashed (SIGSEGV)",
    "echo 'panic: runtime error' >&2; echo 'goroutine 1 [running]:' >&2; exit 2": (
        "promtool (from PATH) crashed: panic: runtime error"
    ),
    "echo 'promtool: a game of chance'": (
        "promtool (from PATH) does not say its version as promtool does: promtool: a game of chance"
    ),
    "exit 0": "promtool (from PATH) does not say its version as promtool does",
    "head -c 3000 /dev/urandom": "promtool (from PATH) does not say its version as promtool does",
}


@pytest.mark.parametrize("body", BROKEN)
def test_what_is_not_promtool_is_told_apart(script: Script, body: str) -> None:
    problem = probe(script(body))
    assert isinstance(problem, Finding)
    assert (problem.rule, problem.severity) == ("tool-failed", Severity.WARNING)
    assert problem.message.startswith(BROKEN[body])
    assert "; not checked: that Prometheus loads the rule files" in problem.message
    assert "apt install prometheus" in problem.advice
    assert problem.message.isprintable()
    assert len(problem.message) < 1000


def test_versions_compare_as_far_as_they_are_known() -> None:
    assert Version("0.25.0").lacks((0, 26))
    assert not Version("0.26.0").lacks((0, 26))
    assert not Version("0.28.0-rc.1").lacks((0, 28))
    assert not Version("").lacks((0, 26))
    assert Version("2.42.0+ds").numbers == (2, 42, 0)


def test_a_build_that_does_not_know_its_version_is_usable(script: Script) -> None:
    assert probe(script("echo 'promtool, version  (branch: , revision: unknown)'")) == Version("")


def test_an_old_tool_is_usable_with_a_remark(tmp_path: Path) -> None:
    install(tmp_path / ".tools" / "bin", Name.PROMTOOL, "echo 'promtool, version 2.5.0 (branch: HEAD)'")
    (found,) = [tool for tool in discover(tmp_path) if tool.name == Name.PROMTOOL]
    assert found.usable
    assert found.problem == "older than 2.42, the oldest that mlmon is tested with"
    assert found == FoundTool(**{**vars(found)})


def test_the_real_ones_say_their_versions(real: Callable[[Name], Tool]) -> None:
    assert isinstance(probe(real(Name.PROMTOOL)), Version)
