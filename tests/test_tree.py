"""The generated folder: what is the matter with it, in words, and making it right."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tree_helpers import FILES, content, text, texts, times

from mlmon.tree import MANIFEST, Difference, compare, explain, write


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that mlmon wrote, by its relative path."""
    monkeypatch.chdir(tmp_path)
    folder = Path("out/generated")
    assert write(folder, FILES) == []
    return folder


def test_files_are_written_with_a_manifest_that_sha256sum_accepts(root: Path) -> None:
    lines = [f"{hashlib.sha256(FILES[path].encode()).hexdigest()}  {path}\n" for path in sorted(FILES)]
    assert content(root) == FILES | {MANIFEST: "".join(lines)}
    assert os.listdir("out") == ["generated"]
    if tool := shutil.which("sha256sum"):
        command = [tool, "--check", "--strict", MANIFEST]
        subprocess.run(command, cwd=root, check=True, capture_output=True)


def test_bytes_on_disk_are_utf8_with_the_newlines_as_generated(root: Path) -> None:
    assert (root / "index.md").read_bytes() == b"\xc3\x9cbersicht\n"


def test_a_folder_as_generated_has_no_difference_and_is_not_touched(root: Path) -> None:
    before = times(Path("out"))
    assert not compare(root, FILES).stale
    assert explain(compare(root, FILES)) == []
    assert write(root, FILES) == []
    assert times(Path("out")) == before


def test_unchanged_files_keep_their_times(root: Path) -> None:
    before = times(root)
    assert write(root, FILES | {"index.md": "new\n"}) == []
    after = times(root)
    assert {path.name for path in before if before[path] == after[path]} == {"a.yaml", "b.yaml"}


def test_a_folder_that_is_not_there_misses_everything(root: Path) -> None:
    difference = compare(Path("nowhere"), {"a.yaml": "x\n"})
    assert difference == Difference(missing=("a.yaml",), manifest_outdated=True, root_name="nowhere")
    assert not Path("nowhere").exists()
    assert not compare(Path("nowhere"), {}).stale


def test_each_way_to_differ_is_told_apart_and_explained(root: Path) -> None:
    (root / "alerts/b.yaml").write_text("b: by hand\n")
    (root / "notes.md").write_text("mine\n")
    new = {"alerts/a.yaml": "a: 2\n", "alerts/b.yaml": "b: 2\n", "notes.md": "generated\n", "routes.yaml": "r: 1\n"}
    difference = compare(root, new)
    assert difference == Difference(
        missing=("routes.yaml",),
        changed=("alerts/a.yaml",),
        edited=("alerts/b.yaml",),
        orphaned=("index.md",),
        foreign=("notes.md",),
        manifest_outdated=True,
        root_name="out/generated",
    )
    assert texts(difference) == [
        "out/generated/alerts/a.yaml: output-stale: is not what the specs generate now "
        "(run `mlmon generate` and commit the result)",
        "out/generated/alerts/b.yaml: output-edited: was changed by hand since mlmon wrote it "
        "(put the change into the spec, or run with --overwrite to replace it)",
        "out/generated/index.md: output-orphaned: is no longer generated (run `mlmon generate`, which removes it)",
        "out/generated/notes.md: output-foreign: is where a generated file has to go, but mlmon did not write it "
        "(move it away, or run with --overwrite to replace it)",
        "out/generated/routes.yaml: output-missing: is generated, but not on disk "
        "(run `mlmon generate` and commit the result)",
    ]


def test_edited_and_foreign_files_stop_a_write_until_overwrite(root: Path) -> None:
    (root / "alerts/b.yaml").write_text("b: by hand\n")
    (root / "notes.md").write_text("mine\n")
    new = {"alerts/b.yaml": "b: 2\n", "notes.md": "generated\n"}
    before = times(root)
    assert [(f.rule, f.place.path) for f in write(root, new)] == [
        ("output-edited", "out/generated/alerts/b.yaml"),
        ("output-foreign", "out/generated/notes.md"),
    ]
    assert times(root) == before
    assert write(root, new, overwrite=True) == []
    assert {path: data for path, data in content(root).items() if path != MANIFEST} == new


def test_an_orphan_that_was_changed_by_hand_is_not_removed_without_overwrite(root: Path) -> None:
    (root / "index.md").write_text("by hand\n")
    new = {path: FILES[path] for path in FILES if path != "index.md"}
    assert (compare(root, new).orphaned, compare(root, new).edited) == (("index.md",), ("index.md",))
    assert [text(finding) for finding in write(root, new)] == [
        "out/generated/index.md: output-edited: was changed by hand since mlmon wrote it, and is no longer generated "
        "(move what is needed elsewhere, or run with --overwrite to remove it)"
    ]
    assert (root / "index.md").read_text() == "by hand\n"
    assert write(root, new, overwrite=True) == []
    assert not (root / "index.md").exists()


def test_equal_content_is_never_a_problem_whoever_wrote_it(root: Path) -> None:
    new = FILES | {"alerts/a.yaml": "a: 2\n", "mine.yaml": "same\n"}
    (root / "alerts/a.yaml").write_text("a: 2\n")
    (root / "mine.yaml").write_text("same\n")
    assert texts(compare(root, new)) == [
        "out/generated/MANIFEST.sha256: output-stale: does not list the files as they are generated now "
        "(run `mlmon generate` and commit the result)"
    ]
    assert write(root, new) == []
    assert not compare(root, new).stale


def test_without_a_manifest_nothing_is_owned(root: Path) -> None:
    (root / MANIFEST).unlink()
    difference = compare(root, {"alerts/a.yaml": "a: 2\n", "alerts/b.yaml": "b: 1\n"})
    assert (difference.foreign, difference.orphaned, difference.edited) == (("alerts/a.yaml",), (), ())


def test_foreign_files_links_and_empty_folders_stay_as_they_are(root: Path) -> None:
    (root / "alerts/run.sh").write_text("#!/bin/sh\n")
    (root / "alerts/run.sh").chmod(0o750)
    (root / "alerts").chmod(0o2751)
    (root / "dangling").symlink_to("no/such/file")
    (root / "empty/inner").mkdir(parents=True)
    os.mkfifo(root / "pipe")
    assert write(root, {"other/c.yaml": "c: 1\n"}) == []
    assert (root / "alerts/run.sh").stat().st_mode & 0o777 == 0o750
    assert (root / "alerts").stat().st_mode & 0o7777 == 0o2751
    assert (root / "dangling").readlink() == Path("no/such/file")
    assert (root / "pipe").is_fifo()
    names = {path.relative_to(root).as_posix() for path in root.rglob("*")}
    folders = {"alerts", "empty", "empty/inner", "other"}
    assert names == folders | {"alerts/run.sh", "dangling", "pipe", "other/c.yaml", MANIFEST}


def test_no_files_at_all_leave_the_folder_with_what_is_not_ours(root: Path) -> None:
    (root / "notes.md").write_text("mine\n")
    assert write(root, {}) == []
    assert content(root) == {"notes.md": "mine\n"}
    assert [path.name for path in root.iterdir()] == ["notes.md"]
    assert not compare(root, {}).stale


def test_a_link_in_place_of_an_owned_file_is_an_edit_and_is_never_written_through(root: Path) -> None:
    Path("copy").write_text(FILES["index.md"])
    (root / "index.md").unlink()
    (root / "index.md").symlink_to(Path("copy").resolve())
    assert compare(root, FILES).edited == ("index.md",)
    assert write(root, FILES | {"index.md": "new\n"}, overwrite=True) == []
    assert not (root / "index.md").is_symlink()
    assert (Path("copy").read_text(), content(root)["index.md"]) == (FILES["index.md"], "new\n")


def test_a_linked_folder_where_files_have_to_go_is_foreign(root: Path) -> None:
    Path("elsewhere").mkdir()
    (root / "routes").symlink_to(Path("elsewhere").resolve())
    new = FILES | {"routes/r.yaml": "r: 1\n"}
    assert (compare(root, new).foreign, compare(root, new).missing) == (("routes",), ("routes/r.yaml",))
    assert [finding.rule for finding in write(root, new)] == ["output-foreign"]
    assert write(root, new, overwrite=True) == []
    assert os.listdir("elsewhere") == []
    assert (root / "routes/r.yaml").read_text() == "r: 1\n"


def test_a_folder_with_foreign_files_is_not_removed_even_with_overwrite(root: Path) -> None:
    (root / "routes.yaml").mkdir()
    (root / "routes.yaml/notes.md").write_text("mine\n")
    for overwrite in (False, True):
        assert [text(finding) for finding in write(root, {"routes.yaml": "r: 1\n"}, overwrite)] == [
            "out/generated/routes.yaml: output-foreign: is a folder where a generated file has to go, and holds files "
            "that mlmon did not write (move it away; --overwrite does not remove folders)"
        ]
    assert (root / "routes.yaml/notes.md").read_text() == "mine\n"


def test_a_file_may_become_a_folder_and_a_folder_a_file(root: Path) -> None:
    (root / "empty/inner").mkdir(parents=True)
    new = {"alerts": "one file now\n", "index.md/en.md": "a folder now\n", "empty": "a file now\n"}
    (root / "alerts").chmod(0o700)
    assert write(root, new) == []
    assert not compare(root, new).stale
    # Neither takes over the mode of what it replaces: root would not notice, others could not enter the folder.
    assert (root / "index.md").stat().st_mode & 0o700 == 0o700
    assert (root / "alerts").stat().st_mode & 0o700 == 0o600
