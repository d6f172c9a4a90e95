"""A program that writes folders and gets killed; test_tree_crash.py runs it as `tree_victim.py MODE METHOD ROOT`.

Mode `loop` writes two trees in turn until somebody kills it. Mode `points` forks one writer for each call into the
operating system that a write makes, kills it right before that call, and reports what is on disk then.
"""

import fcntl
import itertools
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from mlmon.tree import MANIFEST, compare, swap, write
from mlmon.tree.manifest import render

CALLS = ["chmod", "chown", "fsync", "link", "listdir", "mkdir", "open", "rename", "rmdir", "scandir", "unlink", "utime"]
CALLS += ["write"]
FOREIGN = {"d1/notes.txt": b"not mlmon's\n"}

Trees = dict[str, dict[str, str]]


def trees(size: int) -> Trees:
    """Two trees that share some files, differ in the content of others, and have some each alone."""
    numbers = {"old": range(size), "new": range(2, size + 2)}
    return {
        name: {f"d{i % 5}/{i}.yaml": f"{name if i % 3 else 'both'} {i}\n" * 50 for i in numbers[name]}
        for name in numbers
    }


def state(root: Path, known: Trees) -> str:
    """`old` or `new`, `gone` without a folder, and anything else is a `mixture`."""
    if not root.exists():
        return "gone"
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for name, files in known.items():
        contents = {path: text.encode() for path, text in files.items()}
        if found == contents | FOREIGN | {MANIFEST: render(contents)}:
            return name
    return "mixture"


def prepare(root: Path, files: dict[str, str]) -> None:
    for path, data in FOREIGN.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    assert write(root, files) == []


def force_renames() -> None:
    swap.exchange = lambda one, other: False


def loop(root: Path) -> None:
    known = trees(50)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for name in itertools.cycle(known):
        findings = write(root, known[name])
        assert not findings, findings


def kill_before_call(number: int) -> None:
    counter = itertools.count()

    def wrap(holder: object, name: str) -> None:
        real = getattr(holder, name)

        def call(*args: object, **kwargs: object) -> object:
            if next(counter) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        setattr(holder, name, call)

    for name in CALLS:
        wrap(os, name)
    wrap(fcntl, "flock")
    wrap(swap, "exchange")


def killed_at(number: int, root: Path, files: dict[str, str]) -> bool:
    child = os.fork()
    if not child:
        kill_before_call(number)
        write(root, files)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def points(root: Path) -> None:
    # A kill, unlike a power cut, loses nothing that was written: without waiting for the disk it takes a tenth.
    os.fsync = lambda fd: None
    known = trees(3)
    prepare(root, known["old"])
    counts = Counter(leftovers=0)
    killed = True
    for number in itertools.count():
        if not killed:
            break
        killed = killed_at(number, root, known["new"])
        counts[f"{state(root, known)} at once"] += 1
        # Should somebody remove the folder now, this is what would be put back: never a tree half removed.
        assert {state(path, known) for path in root.parent.glob(".*-old-*")} <= known.keys()
        compare(root, {})
        counts[f"{state(root, known)} then"] += 1
        assert write(root, known["old"]) == []
        assert state(root, known) == "old"
        counts["leftovers"] += len(os.listdir(root.parent)) - 1
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    mode, method, folder = sys.argv[1:]
    if method == "renames":
        force_renames()
    {"loop": loop, "points": points}[mode](Path(folder))
