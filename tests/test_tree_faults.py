"""What the operating system refuses: a finding in words, and the old tree as it was."""

import errno
import fcntl
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_tree_crash import METHODS, choose
from tree_helpers import failing
from tree_victim import CALLS, prepare, state, trees

from mlmon.diagnostics import Finding, Severity, has_errors
from mlmon.tree import compare, swap, write

KNOWN = trees(3)
POINTS = [(os, name) for name in CALLS] + [(fcntl, "flock"), (swap, "exchange")]


def check(root: Path, findings: list[Finding], *, from_then_on: bool) -> None:
    """The tree is the old one with an error, or the new one with warnings at most; and the findings say which."""
    now = state(root, KNOWN)
    assert now in ({"old", "new", "gone"} if from_then_on else {"old", "new"})
    assert has_errors(findings) == (now != "new")
    assert str(root.parent) not in repr(findings)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    ends = {"old": "; the old tree is unchanged", "gone": "and the next run puts it back"}
    assert all(finding.message.endswith(ends[now]) for finding in errors)
    assert all(finding.advice for finding in findings)


@pytest.mark.parametrize("from_then_on", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("point", POINTS, ids=[name for _, name in POINTS])
def test_a_failing_system_call_changes_nothing(
    tmp_path: Path, point: tuple[object, str], method: str, from_then_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(method, monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda fd: None)  # nothing here is about the disk, and it is slow
    root = tmp_path / "generated"
    prepare(root, KNOWN["old"])
    for number in itertools.count(1):
        with failing(*point, number, errno.ENOSPC, from_then_on=from_then_on) as happened:
            findings = write(root, KNOWN["new"])
        if not happened():
            break
        check(root, findings, from_then_on=from_then_on)
        assert write(root, KNOWN["old"]) == []
        assert state(root, KNOWN) == "old"
        assert os.listdir(tmp_path) == ["generated"]
    assert number > 1 or (point, method) == ((os, "rename"), "exchange"), "the call is made at least once"


@pytest.mark.parametrize(
    ("code", "said", "advice"),
    [
        (errno.EROFS, "Read-only file system", "the file system is read-only: remount it writable"),
        (errno.ENOSPC, "No space left on device", "free some space and run again"),
        (errno.EACCES, "Permission denied", "give this user write permission on the folder and on the one that holds"),
        (errno.EXDEV, "Invalid cross-device link", "the folder, or part of it, belongs to another file system"),
        (errno.EIO, "Input/output error", "choose another output folder, or repair this one"),
    ],
)
def test_the_finding_says_what_happened_and_what_to_do(tmp_path: Path, code: int, said: str, advice: str) -> None:
    with failing(os, "mkdir", 2, code, from_then_on=False):
        (finding,) = write(tmp_path / "generated", {"a.yaml": "x\n"}, root_name="out/generated")
    assert finding.rule == "output-unwritable"
    assert finding.message == f"cannot be written: {said}; the old tree is unchanged"
    assert finding.advice.startswith(advice)
    assert finding.place.path == "out/generated"


@contextmanager
def unprivileged() -> Iterator[Path]:
    """Give a folder to a user whom permissions apply to, and be that user."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid():
            yield Path(folder)
            return
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)


def test_without_permission_on_the_parent_folder_nothing_is_written() -> None:
    with unprivileged() as home:
        root = home / "generated"
        prepare(root, KNOWN["old"])
        home.chmod(0o555)
        (finding,) = write(root, KNOWN["new"])
        home.chmod(0o755)
        assert finding.message == "cannot be written: Permission denied; the old tree is unchanged"
        assert finding.place.path == ".generated.mlmon-lock"
        assert state(root, KNOWN) == "old"


def test_a_read_only_folder_with_a_foreign_file_is_carried_over_and_the_old_one_removed() -> None:
    with unprivileged() as home:
        root = home / "generated"
        prepare(root, KNOWN["old"])
        (root / "mine").mkdir()
        (root / "mine/notes.txt").write_text("kept\n")
        (root / "mine").chmod(0o555)
        assert write(root, KNOWN["new"]) == []
        assert os.listdir(home) == ["generated"]
        assert (root / "mine/notes.txt").read_text() == "kept\n"
        assert (root / "mine").stat().st_mode & 0o777 == 0o555
        (root / "mine").chmod(0o755)


def test_a_folder_that_cannot_be_reached_is_not_taken_for_an_empty_one() -> None:
    with unprivileged() as home:
        prepare(home / "closed/generated", KNOWN["old"])
        (home / "closed").chmod(0)
        difference = compare(home / "closed/generated", KNOWN["old"])
        (home / "closed").chmod(0o755)
        assert [problem.message for problem in difference.problems] == ["cannot be read: Permission denied"]
        assert difference.missing == ()


def test_an_unreadable_file_is_a_finding_for_compare() -> None:
    with unprivileged() as home:
        root = home / "generated"
        prepare(root, KNOWN["old"])
        (root / "d1/1.yaml").chmod(0)
        (finding,) = compare(root, KNOWN["old"]).problems
        assert (finding.rule, finding.place.path) == ("output-unreadable", "generated/d1/1.yaml")
        assert finding.message == "cannot be read: Permission denied"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KiB."""
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "mlmon-test", str(tmp_path)]
    if (
        os.geteuid()
        or not shutil.which("mount")
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting a tmpfs needs root and a system that allows it")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_leaves_the_old_tree(small_disk: Path) -> None:
    root = small_disk / "generated"
    prepare(root, KNOWN["old"])
    (finding,) = write(root, {f"{number}.yaml": "x" * 30_000 for number in range(10)})
    assert finding.message == "cannot be written: No space left on device; the old tree is unchanged"
    assert state(root, KNOWN) == "old"
    assert os.listdir(small_disk) == ["generated"]


def test_a_read_only_disk_leaves_the_old_tree_and_can_be_compared(small_disk: Path) -> None:
    root = small_disk / "generated"
    prepare(root, KNOWN["old"])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    (finding,) = write(root, KNOWN["new"])
    assert finding.message == "cannot be written: Read-only file system; the old tree is unchanged"
    assert write(root, KNOWN["old"]) == [], "nothing to write needs no writable disk"
    assert not compare(root, KNOWN["old"]).stale


def test_mount_points_and_folders_that_hold_one_are_refused(small_disk: Path) -> None:
    for root in (small_disk, small_disk.parent):
        (finding,) = write(root, {"a.yaml": "x\n"}, root_name="out")
        assert finding.message == (
            "is a mount point, or holds one, which mlmon cannot replace in one step; nothing was changed"
        )
        assert finding.place.path == "out"
    assert os.listdir(small_disk) == []
