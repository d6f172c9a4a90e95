"""The generated folder: locks, races with others, durability, and systems that lack an operation."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from tree_helpers import failing
from tree_victim import prepare, state, trees

from mlmon.tree import compare, lock, stage, swap, write, writing

KNOWN = trees(3)


def test_a_second_writer_gives_up_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.1)
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    with lock.locked(tmp_path / ".generated.mlmon-lock") as mine:
        assert mine
        (finding,) = write(root, KNOWN["new"])
        assert finding.rule == "output-locked"
        assert finding.message == "another mlmon is writing this folder; nothing was changed"
        root.rename(tmp_path / ".generated.mlmon-old-1")
        assert [problem.rule for problem in compare(root, KNOWN["old"]).problems] == ["output-locked"]
    assert not compare(root, KNOWN["old"]).stale


def test_a_file_that_somebody_saves_during_the_write_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])

    def build_and_save(*arguments: Any) -> None:
        stage.build(*arguments)
        (root / "d1/notes.txt").write_text("saved just now\n")

    monkeypatch.setattr(writing, "build", build_and_save)
    (finding,) = write(root, KNOWN["new"])
    assert finding.rule == "output-busy"
    assert (root / "d1/notes.txt").read_text() == "saved just now\n"
    assert (root / "d0/0.yaml").read_text() == KNOWN["old"]["d0/0.yaml"]
    assert os.listdir(tmp_path) == ["generated"]


def test_without_hard_links_files_are_copied(tmp_path: Path) -> None:
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    (root / "link").symlink_to("d1/notes.txt")
    (root / "d1/notes.txt").chmod(0o640)
    with failing(os, "link", 1, errno.EPERM, from_then_on=True):
        assert write(root, KNOWN["new"]) == []
    assert (root / "link").readlink() == Path("d1/notes.txt")
    (root / "link").unlink()
    assert (root / "d1/notes.txt").stat().st_mode & 0o777 == 0o640
    assert state(root, KNOWN) == "new"


def test_systems_without_an_exchange_fall_back_to_two_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        """A C library without renameat2, as musl was for long."""

    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: Library())
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    assert write(root, KNOWN["new"]) == []
    assert state(root, KNOWN) == "new"
    assert os.listdir(tmp_path) == ["generated"]


def test_a_lock_file_that_its_holder_just_removed_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.1)
    path = tmp_path / "lock"
    really_open = os.open
    opened = []

    def open_and_remove(*arguments: Any) -> int:
        opened.append(really_open(*arguments))
        if len(opened) == 1:
            path.unlink()
        return opened[-1]

    monkeypatch.setattr(os, "open", open_and_remove)
    with lock.locked(path) as mine, lock.locked(path) as mine_too:
        assert (mine, mine_too) == (True, False)


def test_a_folder_replaced_under_the_first_look_is_looked_at_again(tmp_path: Path) -> None:
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    with failing(writing, "survey", 1, errno.ENOENT, from_then_on=False):
        assert write(root, KNOWN["new"]) == []
    assert state(root, KNOWN) == "new"


def test_a_mount_that_shows_only_when_linking_is_not_copied(tmp_path: Path) -> None:
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    with failing(os, "link", 1, errno.EXDEV, from_then_on=False):
        (finding,) = write(root, KNOWN["new"])
    assert finding.message == "cannot be written: Invalid cross-device link; the old tree is unchanged"
    assert state(root, KNOWN) == "old"


def test_a_private_folder_is_private_while_it_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    root.chmod(0o700)
    modes = []

    def put_and_look(path: Path, data: bytes) -> None:
        (staging,) = tmp_path.glob(".generated.mlmon-new-*")
        modes.append(staging.stat().st_mode & 0o777)
        path.write_bytes(data)

    monkeypatch.setattr(stage, "put", put_and_look)
    assert write(root, KNOWN["new"]) == []
    assert set(modes) == {0o700}
    assert root.stat().st_mode & 0o777 == 0o700


def test_everything_is_on_the_disk_before_the_swap_and_the_swap_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    events: list[int] = []
    really_sync, really_exchange = os.fsync, swap.exchange

    def sync(descriptor: int) -> None:
        events.append(os.fstat(descriptor).st_ino)
        really_sync(descriptor)

    def exchange(one: Path, other: Path) -> bool:
        events.append(0)
        return really_exchange(one, other)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(swap, "exchange", exchange)
    with failing(os, "link", 1, errno.EPERM, from_then_on=True):
        assert write(root, KNOWN["new"]) == []
    before, after = events[: events.index(0)], events[events.index(0) + 1 :]
    assert {path.stat().st_ino for path in (root, *root.rglob("*"))} <= {*before}
    assert after == [tmp_path.stat().st_ino]
