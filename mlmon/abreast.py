"""Two computations at once, where a second core can have one of them."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Here = TypeVar("Here")
There = TypeVar("There")


def abreast(here: Callable[[], Here], there: Callable[[], There]) -> tuple[Here, There]:
    """Return both results. `there` runs in a copy of this process: it may change nothing, and returns plain values.

    Raises what either of them raises. Where a copy cannot be had, or fails, both run here.
    """
    if not _can_copy():
        return here(), there()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _answer(there, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        try:
            mine, data = here(), answer.read()
        finally:
            # Closed before the wait, so that a copy which still has something to say ends as well.
            answer.close()
            _, status = os.waitpid(child, 0)
    return mine, pickle.loads(data) if status == 0 else there()  # noqa: S301  written by the copy just now


def _answer(there: Callable[[], object], reading: int, writing: int) -> None:
    """Send the result and end at once, without what this process would do at its end."""
    status = 1
    try:
        os.close(reading)
        with suppress(Exception), os.fdopen(writing, "wb") as answer:
            pickle.dump(there(), answer)
            status = 0
    finally:
        os._exit(status)


def _can_copy() -> bool:
    """A copy of a process with several threads can hang, and macOS' own libraries do not survive it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return sys.platform == "linux" and cores > 1 and threading.active_count() == 1
