"""The one place where mlmon starts another program."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mlmon.tools.executables import Tool

OUTPUT_LIMIT = 8 * 1024 * 1024
"""Bytes kept of each output stream; what a tool prints beyond that is read and thrown away."""
GRACE = 1.0
"""Seconds between asking a tool to stop and killing it."""

_groups: set[int] = set()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one call."""

    exit_code: int | None = None
    """None when it was never started or had to be stopped; negative when a signal ended it."""
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    timed_out: bool = False
    failure: str = ""
    """Why the operating system would not start it, in its words; empty when it was started."""


def run(
    tool: Tool,
    arguments: Sequence[str],
    *,
    timeout: float,
    cwd: Path | None = None,
    input: str | None = None,
    env: Mapping[str, str] | None = None,
    merge: bool = False,
) -> Outcome:
    """Run a tool without a shell for at most `timeout` seconds; afterwards neither it nor a child of it is left.

    `input` goes to its standard input, which is closed otherwise. `env` replaces the whole environment. With `merge`
    standard error goes into `stdout`, in the order of writing. Never raises OSError; an interruption passes through.
    """
    started = time.monotonic()
    with _stdin(input) as stdin:
        try:
            process = subprocess.Popen(
                [tool.path, *arguments],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merge else subprocess.PIPE,
                bufsize=0,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )
        except OSError as error:
            return Outcome(failure=error.strerror or str(error))
        readers = [_Reader(stream) for stream in (process.stdout, process.stderr) if stream]
        in_time = _wait(process, readers, timeout)
    texts = [reader.text for reader in readers]
    return Outcome(
        exit_code=process.returncode if in_time else None,
        stdout=texts[0],
        stderr=texts[1] if len(texts) > 1 else "",
        seconds=time.monotonic() - started,
        timed_out=not in_time,
    )


def stop_all(number: signal.Signals) -> None:
    """Send a signal to every tool that is running in any thread, and to its children."""
    for group in list(_groups):
        _signal(group, number)


class _Reader(threading.Thread):
    """Empties a pipe: a full one would block the tool for ever."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._kept = bytearray()
        self.start()

    def run(self) -> None:
        with self._stream:
            while chunk := self._stream.read(65536):
                self._kept += chunk[: OUTPUT_LIMIT - len(self._kept)]

    @property
    def text(self) -> str:
        return bytes(self._kept).decode("utf-8", "replace")


@contextlib.contextmanager
def _stdin(text: str | None) -> Iterator[int | IO[bytes]]:
    if text is None:
        yield subprocess.DEVNULL
        return
    # From a file and not a pipe: a tool that never reads its input cannot block us.
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        yield file


def _wait(process: subprocess.Popen[bytes], readers: Sequence[_Reader], timeout: float) -> bool:
    """Return whether the tool ended by itself in time. Its process group has ended afterwards, whatever happens."""
    # A thread waits without polling; Popen.wait(timeout) would add up to 50 ms to each call.
    waiter = threading.Thread(target=process.wait, daemon=True)
    _groups.add(process.pid)
    try:
        waiter.start()
        waiter.join(timeout)
        in_time = not waiter.is_alive()
        if not in_time:
            # Terraform tidies its plugin cache when it is asked to stop.
            _signal(process.pid, signal.SIGTERM)
            waiter.join(GRACE)
        return in_time
    finally:
        _signal(process.pid, signal.SIGKILL)
        _groups.discard(process.pid)
        # A child that made itself a daemon may keep the pipes open: it is not waited for.
        for thread in (waiter, *readers):
            thread.join(GRACE)


def _signal(group: int, number: signal.Signals) -> None:
    # macOS answers "not permitted" for a group of which only the dead leader is left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
