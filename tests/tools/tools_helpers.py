"""What the tests of the tools share: expectations in the comments of broken files, and processes that must be gone."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from mlmon.diagnostics import Finding
from mlmon.tools.executables import Tool
from mlmon.tools.versions import Version, probe

HERE = Path(__file__).parent
EXPECT = re.compile(r"^# expect(?:\[([\d.]+)\])? (\d+):(\d+) (\w+): (.*)$", re.MULTILINE)

Script = Callable[..., Tool]


def version_of(tool: Tool) -> Version:
    """The version of a real tool; the test fails where it does not say it."""
    version = probe(tool)
    assert isinstance(version, Version), version.message
    return version


def expected(path: Path, version: str) -> set[str]:
    """What a broken file's comments expect: `# expect 5:17 error: message`, or of 2.x only `# expect[2] …`."""
    return {
        f"{line}:{column} {severity}: {words}"
        for tag, line, column, severity, words in EXPECT.findall(path.read_text())
        if not tag or f"{version}.".startswith(f"{tag}.")
    }


def shown(findings: Iterable[Finding]) -> set[str]:
    """Findings as the comments write them."""
    return {
        f"{finding.place.line}:{finding.place.column} {finding.severity}: "
        + finding.message.split("does not parse: ")[-1]
        for finding in findings
    }


def is_running(pid: int) -> bool:
    """Tell whether a process still runs; one that is dead but was not waited for does not."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat")
        return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def assert_gone(pids: Path) -> None:
    """Wait a little until the processes whose ids a script wrote down have ended."""
    ids = [int(word) for word in pids.read_text().split()]
    assert ids
    deadline = time.monotonic() + 3
    while any(map(is_running, ids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_running, ids))


def interrupt(command: list[str], ready: Path) -> tuple[int, str]:
    """Start Python, wait for a file, press Ctrl-C; the exit code and what it printed."""
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    )
    deadline = time.monotonic() + 10
    while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    try:
        _, error = process.communicate(timeout=10)
    finally:
        process.kill()
    assert time.monotonic() - started < 5
    return process.returncode, error


def rendezvous(folder: Path, number: int) -> str:
    """A line of shell that goes on only once `number` scripts have come to it: none does where they run in turn."""
    return f'mkdir -p {folder}; : > {folder}/$$; until [ "$(ls {folder} | wc -l)" -ge {number} ]; do sleep 0.02; done'
