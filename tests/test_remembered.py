"""What is kept between runs: never a reason to fail, never a reason for another result."""

import os
import pickle
from pathlib import Path

import pytest

from mlmon.packs import load
from mlmon.remembered import Kept, folder, key
from mlmon.schema import schemas
from mlmon.spec.load import load as load_workspace

ROOT = Path(__file__).parents[1]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load.library.cache_clear()
    return folder("packs")


def test_parts_of_a_key_do_not_run_into_each_other() -> None:
    assert key("ab", "c") != key("a", "bc")
    assert key("ab") == key(b"ab")


def test_relative_cache_folder_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # as the XDG Base Directory Specification 0.8 demands
    assert folder("packs") == Path.home() / ".cache" / "mlmon" / "packs"


def test_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    kept = Kept(tmp_path / "file" / "below")
    kept.write("name", b"data")
    assert kept.read("name") is None


def test_oldest_entries_go(tmp_path: Path) -> None:
    kept = Kept(tmp_path, most=2)
    for number in range(4):
        kept.write(str(number), b"data")
        os.utime(tmp_path / str(number), (number, number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "3"]


def test_packs_from_the_cache_are_those_of_the_files(cache: Path) -> None:
    first = load.library()
    load.library.cache_clear()
    second = load.library()
    assert len(list(cache.iterdir())) == 1
    assert second is not first
    assert {name: item.pack for name, item in second.packs.items()} == {n: item.pack for n, item in first.packs.items()}
    assert {name: item.runbooks for name, item in second.packs.items()} == {
        name: item.runbooks for name, item in first.packs.items()
    }
    assert second.burn_rates == first.burn_rates


@pytest.mark.parametrize("broken", [b"", b"half", pickle.dumps(["another thing"])])
def test_broken_entry_is_made_anew(cache: Path, broken: bytes) -> None:
    expected = load.library()
    (entry,) = cache.iterdir()
    entry.write_bytes(broken)
    load.library.cache_clear()
    assert sorted(load.library().packs) == sorted(expected.packs)
    assert entry.read_bytes() != broken


def test_schemas_from_the_cache_are_those_of_the_models(cache: Path) -> None:
    assert cache.parent.is_absolute()
    project = load_workspace(ROOT).project
    assert project is not None
    first = schemas(load.library(), project.model)
    assert len(list(folder("schemas").iterdir())) == 1
    assert schemas(load.library(), project.model) == first
    assert schemas(load.library(), None) != first
    (entry, _) = sorted(folder("schemas").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    entry.write_bytes(b"{")
    assert schemas(load.library(), project.model) == first
