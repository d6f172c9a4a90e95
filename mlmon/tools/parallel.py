"""Several tools at the same time, in threads that an interruption does not leave behind."""

from __future__ import annotations

import signal
import time
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from mlmon.tools.process import GRACE, stop_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")
_LOOK = 0.2
"""Seconds after which an interruption is noticed at the latest."""


def together(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Call a function that runs tools for all items at once; the results are in the items' order.

    An interruption, or an exception in any call, stops every tool that runs and is raised.
    """
    futures: list[Future[Result]] = []
    with ThreadPoolExecutor(max(1, len(items))) as pool:
        try:
            with _uninterrupted():
                futures += [pool.submit(function, item) for item in items]
            # One that comes just before a wait would not end it.
            while wait(futures, _LOOK, FIRST_EXCEPTION).not_done and not _failed(futures):
                pass
            return [future.result() for future in futures]
        except BaseException:
            _stop(futures)
            raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put an interruption off while threads are started: one that is half started would be lost, and never stopped."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _failed(futures: list[Future[Result]]) -> bool:
    return any(future.done() and future.exception() for future in futures)


def _stop(futures: list[Future[Result]]) -> None:
    """Stop the tools again and again until no thread is left that could start the next one."""
    started = time.monotonic()
    while not all(future.done() for future in futures):
        late = time.monotonic() - started > GRACE
        stop_all(signal.SIGKILL if late else signal.SIGTERM)
        time.sleep(0.02)
