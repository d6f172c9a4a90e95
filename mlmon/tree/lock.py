"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_SECONDS = 5.0
"""How long a run waits for another; writing a folder takes less than a second as a rule."""
_POLL_SECONDS = 0.02


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a lock file; yield False when another run kept it all the time. The system frees it when a run dies.

    Raises OSError when the file cannot be created or the file system has no locks.
    """
    descriptor = _acquire(path)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            # Removed while still held: whoever waits for it notices below, and starts over with a new file.
            with suppress(OSError):
                os.unlink(path)
            os.close(descriptor)


def _acquire(path: Path) -> int | None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        held = False
        try:
            held = _lock(descriptor) and _still_at(path, descriptor)
        finally:
            if not held:
                os.close(descriptor)
        if held:
            return descriptor
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL_SECONDS)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
