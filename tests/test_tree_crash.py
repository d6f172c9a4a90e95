"""The generated folder and kill -9: the old tree or the new one, whatever happens."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tree_victim import force_renames, prepare, state, trees

import mlmon
from mlmon.tree import compare, swap, write

VICTIM = Path(__file__).with_name("tree_victim.py")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(mlmon.__file__).parent.parent)}
METHODS = ["exchange", "renames"]


def victim(mode: str, method: str, root: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, str(VICTIM), mode, method, str(root)]
    return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def choose(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "exchange", swap.exchange)
    if method == "renames":
        force_renames()


@pytest.mark.parametrize("method", METHODS)
def test_a_kill_before_any_system_call_leaves_the_old_tree_or_the_new_one(tmp_path: Path, method: str) -> None:
    output, errors = victim("points", method, tmp_path / "generated").communicate(timeout=120)
    assert not errors
    counts = json.loads(output)
    assert counts.pop("leftovers") == 0
    gone = counts.pop("gone at once", 0)
    assert gone == (1 if method == "renames" else 0), "only between two renames is there no folder"
    assert counts.keys() == {"old at once", "old then", "new at once", "new then"}
    assert counts["old then"] == counts["old at once"] + gone
    assert counts["old then"] > 20
    assert counts["new then"] > 10


@pytest.mark.parametrize("method", METHODS)
def test_random_kills_leave_the_old_tree_or_the_new_one(
    tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(method, monkeypatch)
    root = tmp_path / "generated"
    known = trees(50)
    prepare(root, known["old"])
    for _ in range(15):
        process = victim("loop", method, root)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(random.uniform(0, 0.1))  # noqa: S311
        process.kill()
        assert process.communicate()[1] == ""
        compare(root, known["old"])
        assert state(root, known) in known
    assert write(root, known["old"]) == []
    assert os.listdir(tmp_path) == ["generated"]


@pytest.mark.parametrize("method", METHODS)
def test_two_writers_at_once_take_turns(tmp_path: Path, method: str) -> None:
    root = tmp_path / "generated"
    prepare(root, trees(50)["old"])
    writers = [victim("loop", method, root) for _ in range(2)]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    time.sleep(0.5)
    still_running = [writer.poll() is None for writer in writers]
    for writer in writers:
        writer.kill()
    assert [writer.communicate()[1] for writer in writers] == ["", ""]
    assert still_running == [True, True]
    compare(root, {})
    assert state(root, trees(50)) in trees(50)


def test_a_folder_set_aside_is_put_back_by_compare(tmp_path: Path) -> None:
    root = tmp_path / "generated"
    assert write(root, {"a.yaml": "one\n"}) == []
    root.rename(tmp_path / ".generated.mlmon-old-1")
    assert not compare(root, {"a.yaml": "one\n"}).stale
    assert os.listdir(tmp_path) == ["generated"]


def test_a_folder_set_aside_is_put_back_before_write_looks_for_edits(tmp_path: Path) -> None:
    root = tmp_path / "generated"
    assert write(root, {"a.yaml": "one\n"}) == []
    (root / "a.yaml").write_text("mine\n")
    root.rename(tmp_path / ".generated.mlmon-old-1")
    assert [finding.rule for finding in write(root, {"a.yaml": "two\n"})] == ["output-edited"]
    assert (root / "a.yaml").read_text() == "mine\n"


def test_temporary_folders_of_dead_runs_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    names = {pid: f".generated.mlmon-new-{pid}" for pid in (dead.pid, os.getpid(), os.getppid())}
    for name in names.values():
        (tmp_path / name).mkdir()
    (tmp_path / f".generated.mlmon-old-{dead.pid}").mkdir()
    (tmp_path / ".generated.mlmon-new-notes").mkdir()
    assert write(tmp_path / "generated", {"a.yaml": "one\n"}) == []
    assert sorted(os.listdir(tmp_path)) == sorted([".generated.mlmon-new-notes", names[os.getppid()], "generated"])


def test_temporary_folders_of_dead_runs_go_even_when_there_is_nothing_to_write(tmp_path: Path) -> None:
    files = {"a.yaml": "one\n"}
    assert write(tmp_path / "generated", files) == []
    (tmp_path / f".generated.mlmon-new-{os.getpid()}").mkdir()
    (tmp_path / ".generated.mlmon-lock").touch()
    assert write(tmp_path / "generated", files) == []
    assert os.listdir(tmp_path) == ["generated"]
