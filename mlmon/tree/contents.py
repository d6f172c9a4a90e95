"""Generated text as the bytes that go to disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place
from mlmon.tree.manifest import MANIFEST
from mlmon.tree.paths import check_paths, fault

if TYPE_CHECKING:
    from collections.abc import Mapping


def encode(files: Mapping[str, str], root_name: str) -> tuple[dict[str, bytes], list[Finding]]:
    """Return each file's text in UTF-8, newlines as they are, and a finding for each path or text that cannot be."""
    contents: dict[str, bytes] = {}
    findings = check_paths(files, root_name, reserved=MANIFEST)
    for path, text in files.items():
        try:
            contents[path] = text.encode()
        except UnicodeEncodeError as error:
            if not fault(path):
                findings.append(_unencodable(f"{root_name}/{path}", text, error.start))
    return contents, findings


def _unencodable(path: str, text: str, index: int) -> Finding:
    before = text[:index]
    return Finding(
        rule="output-text",
        message=f"the generated text holds {text[index]!a}, half of a character, which UTF-8 cannot write",
        advice="look for this escape in the spec and write the character itself",
        place=Place(path=path, line=before.count("\n") + 1, column=index - before.rfind("\n")),
    )
