"""Test cases as one text file each: `-- path --` begins a file, as in Go's txtar format."""

import re
from pathlib import Path

_MARK = re.compile(r"^-- (\S+) --$", re.MULTILINE)


def read(path: Path) -> tuple[str, dict[str, str]]:
    """Return the comment at the top and the files by name."""
    comment, *parts = _MARK.split(path.read_text(encoding="utf-8"))
    return comment, {name: text.removeprefix("\n") for name, text in zip(parts[::2], parts[1::2], strict=True)}


def write(path: Path, comment: str, files: dict[str, str]) -> None:
    """Write a case back, as `UPDATE_GOLDEN=1` does."""
    body = "".join(f"-- {name} --\n{text}" for name, text in files.items())
    path.write_text(comment + body, encoding="utf-8")


def unpack(files: dict[str, str], folder: Path) -> None:
    """Write the files of a case into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
