"""Starts a process that does not outlive mlmon, not even when nobody has time to stop it.

A shell waits beside it for the end of its own standard input, whose other end mlmon holds and never writes to. The
system closes that end however mlmon dies, by SIGKILL as well; the shell then kills the process and removes its folder.
Linux alone could have the kernel do the first half (PR_SET_PDEATHSIG), and would leave the folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import IO

_GRACE: Final = 3.0
_SHELL: Final = "/bin/sh"
_GUARD: Final = """\
exec 3<&0 </dev/null
folder=$1
shift
"$@" 3<&- &
child=$!
{
    cat <&3
    kill -9 "$child"
    until rm -rf -- "$folder"; do sleep 1; done
} >/dev/null 2>&1 &
exec 3<&-
wait "$child"
"""


def start(command: Sequence[Path | str], folder: Path, cwd: Path, output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own; `folder` is what has to go when mlmon dies. Raises OSError."""
    return subprocess.Popen(
        [_SHELL, "-c", _GUARD, "mlmon", folder, *command],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        cwd=cwd,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill the command and its guard: nothing in its folder is worth an orderly end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    if process.stdin is not None:
        process.stdin.close()
