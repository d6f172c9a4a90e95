"""The generated folder: what holds for any files, whoever wrote them."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from mlmon.tree import MANIFEST, compare, write
from mlmon.tree.manifest import render
from mlmon.tree.paths import check_paths

NAMES = st.lists(st.sampled_from(["a", "b", "c d", "é", "#"]), min_size=1, max_size=3).map("/".join)
TEXTS = st.sampled_from(["", "one\n", "two\n", "drei — \U0001f600\n", "no newline"])


@st.composite
def trees(draw: DrawFn) -> dict[str, str]:
    """Files that can exist together."""
    files: dict[str, str] = {}
    for path, text in draw(st.dictionaries(NAMES, TEXTS, max_size=8)).items():
        if not check_paths([*files, path], "out", reserved=MANIFEST):
            files[path] = text
    return files


def snapshot(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def scribble(root: Path, files: dict[str, str]) -> dict[str, bytes]:
    """Write as somebody else, wherever that is possible; return all that was written."""
    done = {}
    for path, text in files.items():
        target = root / path
        if target.is_dir() or any(parent.is_file() for parent in target.parents):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
        done[path] = text.encode()
    return done


def as_bytes(files: dict[str, str]) -> dict[str, bytes]:
    contents = {path: text.encode() for path, text in files.items()}
    return contents | ({MANIFEST: render(contents)} if files else {})


@pytest.fixture(scope="module", autouse=True)
def quick_disk() -> Iterator[None]:
    """Nothing here is about the disk, and waiting for it is slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda fd: None)
        yield


@settings(max_examples=80, deadline=None)
@given(old=trees(), by_others=trees(), new=trees())
def test_a_write_makes_owned_files_equal_and_loses_nothing_else(
    old: dict[str, str], by_others: dict[str, str], new: dict[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as home:
        root = Path(home, "out")
        assert write(root, old) == []
        theirs = scribble(root, by_others)
        before = snapshot(root)
        difference = compare(root, new)
        findings = write(root, new)
        if findings:
            assert snapshot(root) == before
            assert difference.edited or difference.foreign or difference.blocked
            findings = write(root, new, overwrite=True)
            assert bool(findings) == bool(difference.blocked)
        else:
            assert difference.edited + difference.foreign + difference.blocked == ()
            lost = {path for path in theirs if path not in snapshot(root)}
            assert all(theirs[path] == old[path].encode() for path in lost if path in old)
            assert lost <= old.keys()
        if findings:
            assert snapshot(root) == before
            return
        in_the_way = {*difference.foreign, *old, MANIFEST}
        foreign = {path: data for path, data in theirs.items() if path not in in_the_way}
        assert (snapshot(root) if root.exists() else {}) == foreign | as_bytes(new)
        assert not compare(root, new).stale
        assert [path.name for path in Path(home).iterdir()] == (["out"] if root.exists() else [])


@settings(max_examples=40, deadline=None)
@given(old=trees(), new=trees())
def test_comparison_is_clean_exactly_when_a_write_would_touch_nothing(old: dict[str, str], new: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        root = Path(home, "out")
        write(root, old)
        inode = root.stat().st_ino if root.exists() else 0
        stale = compare(root, new).stale
        assert stale == (old != new)
        assert write(root, new) == []
        assert ((root.stat().st_ino if root.exists() else 0) != inode) == stale
