"""What the tests of the generated folder share."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlmon.diagnostics import Finding
from mlmon.tree import Difference, explain

FILES = {"alerts/a.yaml": "a: 1\n", "alerts/b.yaml": "b: 1\n", "index.md": "Übersicht\n"}


def text(finding: Finding) -> str:
    return f"{finding.place}: {finding.rule}: {finding.message} ({finding.advice})"


def texts(difference: Difference) -> list[str]:
    return [text(finding) for finding in explain(difference)]


def content(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def times(root: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in (root, *root.rglob("*"))}


@contextmanager
def failing(holder: object, name: str, number: int, code: int, *, from_then_on: bool) -> Iterator[Callable[[], bool]]:
    """Let the call with this number fail, and those after it too if wanted; tells whether it came to that."""
    counter = itertools.count(1)
    reached = 0
    real = getattr(holder, name)

    def call(*args: object, **kwargs: object) -> object:
        nonlocal reached
        reached = next(counter)
        if reached == number or (from_then_on and reached > number):
            path = args[0] if args and isinstance(args[0], str | os.PathLike) else None
            raise OSError(code, os.strerror(code), path)
        return real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holder, name, call)
        yield lambda: reached >= number
