"""Finds Prometheus, as the other tools are found, and makes sure that it is one that a replay can use."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

from mlmon.replay.trouble import ReplayError

VARIABLE: Final = "MLMON_PROMETHEUS"
OLDEST: Final = (2, 42)
"""The oldest version that the tests cover; the receiver for remote writes is a year older."""
_INSTALL: Final = (
    "install it (Debian and Ubuntu: `apt install prometheus`; macOS: `brew install prometheus`; containers: copy "
    f"/bin/prometheus from the image prom/prometheus) or set {VARIABLE}"
)
_VERSION: Final = re.compile(r"^prometheus, version (\d+)\.(\d+)\S* +\(", re.MULTILINE)
_PATIENCE: Final = 10.0


def locate(root: Path) -> Path:
    """Return Prometheus: its variable first, then `.tools/bin` under the project, then PATH. Raises ReplayError."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(shutil.which(named) or named).absolute()
    local = (root / ".tools" / "bin" / "prometheus").absolute()
    found = str(local) if local.is_file() else shutil.which("prometheus")
    if not found:
        raise ReplayError("prometheus was not found; a replay runs the rules in it", _INSTALL)
    return Path(found).absolute()


def checked(path: Path, patience: float = _PATIENCE) -> Path:
    """Return the executable when it says that it is Prometheus, and new enough. Raises ReplayError."""
    code, said = _asked(path, patience)
    answer = _VERSION.search(said)
    if code or not answer:
        raise ReplayError("what was found as prometheus does not say its version as Prometheus does", _INSTALL)
    if (int(answer[1]), int(answer[2])) < OLDEST:
        message = f"prometheus {answer[1]}.{answer[2]} is older than {OLDEST[0]}.{OLDEST[1]}, the oldest for a replay"
        raise ReplayError(message, _INSTALL)
    return path


def _asked(path: Path, patience: float) -> tuple[int, str]:
    try:
        process = subprocess.Popen(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ReplayError(f"prometheus cannot be started: {reason}", _INSTALL) from None
    try:
        said, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        message = f"prometheus did not say its version within {patience:g} s and was stopped"
        raise ReplayError(message, f"run `prometheus --version` by hand, or {_INSTALL}") from None
    finally:
        # The whole group: a script may wait for the program that it has started.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return process.returncode, said.decode("utf-8", "replace")
