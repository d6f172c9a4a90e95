"""Two computations at once, where a second core can have one of them."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

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
    from multiprocessing import get_context  # noqa: PLC0415  costs as much as a small command takes

    context = get_context("fork")
    answer, sender = context.Pipe(duplex=False)
    copy = context.Process(target=_answer, args=(there, sender), daemon=True)
    copy.start()
    sender.close()
    try:
        mine = here()
        with suppress(EOFError):
            return mine, answer.recv()
    finally:
        copy.terminate()
        copy.join()
    return mine, there()


def _answer(there: Callable[[], object], sender: Any) -> None:
    """Send the result; what goes wrong goes wrong again in the process that asks, which says so."""
    with suppress(Exception, KeyboardInterrupt), sender:
        sender.send(there())


def _can_copy() -> bool:
    """A copy of a process with several threads can hang, and macOS' own libraries do not survive it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return sys.platform == "linux" and cores > 1 and threading.active_count() == 1
