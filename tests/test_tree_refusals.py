"""The generated folder: manifests, paths and places that mlmon refuses to work with."""

import hashlib
import os
from pathlib import Path

import pytest
from tree_helpers import FILES, content, text, texts, times

from mlmon.diagnostics import Finding, Place
from mlmon.tree import MANIFEST, compare, explain, write


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that mlmon wrote, by its relative path."""
    monkeypatch.chdir(tmp_path)
    folder = Path("out/generated")
    assert write(folder, FILES) == []
    return folder


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<<<<<<< HEAD", "a git conflict marker"),
        ("======= ", "a git conflict marker"),
        ("abc  index.md", 'a line that is not "<sha256>  <path>"'),
        ("", 'a line that is not "<sha256>  <path>"'),
        (f"{'0' * 64} *index.md", 'a line that is not "<sha256>  <path>"'),
        (f"{'0' * 64}  ../secret", "the path '../secret' leaves the folder with \"..\""),
        (f"{'0' * 64}  a/../../secret", "the path 'a/../../secret' leaves the folder with \"..\""),
        (f"{'0' * 64}  /etc/passwd", "the path '/etc/passwd' is absolute"),
        (f"{'0' * 64}  a//b", "the path 'a//b' has an empty component"),
        (f"{'0' * 64}  index.md\r", "the path 'index.md\\r' contains a control character"),
        (f"{'0' * 64}  {MANIFEST}", "the manifest lists itself"),
        (f"{'0' * 64}  alerts/a.yaml", '"alerts/a.yaml" is listed twice'),
    ],
)
def test_a_broken_manifest_is_a_finding_with_its_line(root: Path, line: str, said: str) -> None:
    Path("out/secret").write_text("keep\n")
    first, *rest = (root / MANIFEST).read_text().splitlines()
    (root / MANIFEST).write_bytes("\n".join([first, line, *rest, ""]).encode())
    wanted = (
        f"out/generated/{MANIFEST}:2:1: output-manifest: {said}, so mlmon cannot tell which files here are its own "
        "(restore the manifest from git, or rerun with --overwrite to write it anew)"
    )
    assert texts(compare(root, FILES)) == [wanted]
    assert [text(finding) for finding in write(root, FILES)] == [wanted]
    assert write(root, FILES, overwrite=True) == []
    assert not compare(root, FILES).stale
    assert Path("out/secret").read_text() == "keep\n"


def test_a_manifest_that_is_not_utf8_or_not_a_file_is_a_finding(root: Path) -> None:
    (root / MANIFEST).write_bytes(b"\xff\xfe\n")
    assert [problem.place for problem in compare(root, FILES).problems] == [Place(f"out/generated/{MANIFEST}", 1, 1)]
    (root / MANIFEST).unlink()
    (root / MANIFEST).symlink_to("index.md")
    assert [problem.message for problem in compare(root, FILES).problems] == [
        "the manifest is not a file, so mlmon cannot tell which files here are its own"
    ]
    assert write(root, FILES, overwrite=True) == []
    assert content(root)["index.md"] == "Übersicht\n"


def test_both_sides_of_a_merged_manifest_are_owned_when_it_is_written_anew(root: Path) -> None:
    (root / "theirs.yaml").write_text("theirs\n")
    ours = (root / MANIFEST).read_text()
    theirs = f"{hashlib.sha256(b'theirs').hexdigest()}  theirs.yaml\n"
    (root / MANIFEST).write_text(f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> branch\n")
    assert write(root, {"index.md": "new\n"}, overwrite=True) == []
    assert content(root).keys() == {"index.md", MANIFEST}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "has an empty component"),
        ("/etc/passwd", "is absolute"),
        ("../x", 'leaves the folder with ".."'),
        ("a/../../x", 'leaves the folder with ".."'),
        ("a//b", "has an empty component"),
        ("./a", "has an empty component"),
        ("a/", "has an empty component"),
        ("a\\b", "contains a backslash, which Windows reads as a separator"),
        ("a\nb", "contains a control character"),
        ("a\0b", "contains a control character"),
        ("a\u202eb", "contains a control character"),
        ("a\udc80b", "contains a control character"),
    ],
)
def test_an_unsafe_generated_path_is_a_finding(root: Path, path: str, reason: str) -> None:
    before = times(Path("out"))
    expected = Finding(
        rule="output-path",
        message=f"the generated path {path!a} {reason}",
        advice="the name comes from a spec or a template: give it another one there",
        place=Place("out/generated"),
    )
    assert write(root, FILES | {path: "x\n"}, overwrite=True) == [expected]
    assert compare(root, FILES | {path: "x\n"}).problems == (expected,)
    assert times(Path("out")) == before


MERGED = "are one file where upper and lower case are the same (macOS, Windows)"


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["A.yaml", "a.yaml"], f'"a.yaml" and "A.yaml" {MERGED}'),
        (["x/A/1", "x/a/2"], f'"x/a/2" and "x/A" {MERGED}'),
        (["é", "e\u0301"], f'"é" and "e\u0301" {MERGED}'),
        (["manifest.SHA256"], f'"manifest.SHA256" and "{MANIFEST}" {MERGED}'),
        (["a", "a/b"], '"a/b" needs a folder where the file "a" is generated'),
        ([MANIFEST], f'"{MANIFEST}" is the name of mlmon\'s own manifest in out'),
    ],
)
def test_paths_that_cannot_exist_together_are_findings(tmp_path: Path, paths: list[str], reason: str) -> None:
    (finding,) = write(tmp_path / "out", dict.fromkeys(paths, "x\n"))
    assert finding.rule == "output-collision"
    assert finding.message == f"the generated path {reason}"
    assert os.listdir(tmp_path) == []


def test_all_bad_paths_and_texts_are_reported_at_once(tmp_path: Path) -> None:
    files = {"/a": "x", "b": "two\nlin\udc80es", "C": "x", "c": "x"}
    findings = write(tmp_path / "out", files)
    assert [finding.rule for finding in findings] == ["output-path", "output-collision", "output-text"]
    assert findings[2].place == Place("out/b", 2, 4)
    assert findings[2].message == r"the generated text holds '\udc80', half of a character, which UTF-8 cannot write"


def test_folders_that_cannot_be_replaced_are_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("mine\n")
    Path("link").symlink_to("out/generated")
    Path("broken").symlink_to("nowhere")
    Path("out/.git").mkdir()
    refused = {"file": "is not a folder", "link": "is a symbolic link", "broken": "is a symbolic link"}
    refused |= {"out": "is a git working tree", ".": "is the current folder, or holds it"}
    for name, what in refused.items():
        (finding,) = write(Path(name), FILES | {"new": "x"}, overwrite=True)
        assert finding.rule == "output-unwritable"
        assert finding.message == f"{what}, which mlmon cannot replace in one step; nothing was changed"
        assert finding.place.path == name
    assert Path("file").read_text() == "mine\n"
    assert content(root).keys() == {*FILES, MANIFEST}
    (finding,) = write(Path("file/below"), FILES)
    assert finding.message == "cannot be written: Not a directory; the old tree is unchanged"
    Path("loop").symlink_to("loop")
    (finding,) = write(Path("loop/out"), FILES)
    assert finding.message == "cannot be written: Too many levels of symbolic links; the old tree is unchanged"
    assert [problem.rule for problem in compare(Path("loop/out"), FILES).problems] == ["output-unreadable"]


def test_a_link_to_a_folder_can_be_compared(root: Path) -> None:
    Path("link").symlink_to("out/generated")
    assert not compare(Path("link"), FILES).stale


def test_findings_name_the_folder_as_the_caller_does(tmp_path: Path, root: Path) -> None:
    absolute = tmp_path / "out/generated"
    assert {finding.place.path for finding in explain(compare(absolute, {}))} == {f"generated/{path}" for path in FILES}
    named = explain(compare(absolute, {}, root_name="gitops/ml"))
    assert {finding.place.path for finding in named} == {f"gitops/ml/{path}" for path in FILES}
    (absolute / "index.md").write_text("by hand\n")
    (finding,) = write(absolute, {}, root_name="gitops/ml")
    assert finding.place.path == "gitops/ml/index.md"
    assert str(tmp_path) not in repr(finding)
