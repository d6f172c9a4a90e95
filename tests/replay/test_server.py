"""A Prometheus that is missing, old, hanging, breaking or interrupted: a sentence, and nothing left running."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlmon.replay.executable import checked, locate
from mlmon.replay.server import prometheus
from mlmon.replay.trouble import ReplayError

ROOT = Path(__file__).parent.parent.parent
VERSION = "echo 'prometheus, version 2.45.0 (branch: x, revision: y)'; exit 0"
REFUSING = f"""#!{sys.executable}
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, body = (200, b"ready") if self.path == "/-/ready" else (500, b"write wal: no space left on device")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
port = next(part for part in sys.argv if "listen-address" in part).rpartition(":")[2]
http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""

Script = Callable[[str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def make(text: str) -> Path:
        path = tmp_path / "prometheus"
        path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield
    assert list(place.iterdir()) == []


def test_variable_and_project_folder_are_looked_at(
    tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = script(VERSION)
    local = tmp_path / ".tools" / "bin" / "prometheus"
    local.parent.mkdir(parents=True)
    local.write_bytes(named.read_bytes())
    monkeypatch.delenv("MLMON_PROMETHEUS", raising=False)
    assert locate(tmp_path) == local
    monkeypatch.setenv("MLMON_PROMETHEUS", str(named))
    assert locate(tmp_path) == named


def test_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MLMON_PROMETHEUS", raising=False)
    with pytest.raises(ReplayError, match="prometheus was not found; a replay runs the rules in it"):
        locate(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "echo 'prometheus, version 2.30.1 (branch: x)'",
            "prometheus 2.30 is older than 2.42, the oldest for a replay",
        ),
        ("echo hello", "what was found as prometheus does not say its version as Prometheus does"),
        ("exit 3", "what was found as prometheus does not say its version as Prometheus does"),
        ("sleep 60; echo late", "prometheus did not say its version within 0.3 s and was stopped"),
        ("exec sleep 60", "prometheus did not say its version within 0.3 s and was stopped"),
        ("#!/no/such/shell\n", "prometheus cannot be started: no such file or directory"),
    ],
)
def test_unusable(script: Script, text: str, message: str) -> None:
    with pytest.raises(ReplayError) as caught:
        checked(script(text), patience=0.3)
    assert caught.value.message == message
    assert "MLMON_PROMETHEUS" in caught.value.advice


def test_dies_at_once(script: Script) -> None:
    text = """echo 'level=error err="opening storage failed: lock DB directory" msg=x' >&2; exit 1"""
    with pytest.raises(ReplayError) as caught, prometheus(script(text), 10):
        pytest.fail("there is no server")
    assert caught.value.message == "prometheus does not start: opening storage failed: lock DB directory"


def test_port_that_somebody_takes_is_given_up_for_another(script: Script, tmp_path: Path) -> None:
    text = f"echo x >> {tmp_path / 'started'}; echo 'err=\"listen tcp: bind: address already in use\"' >&2; exit 1"
    with pytest.raises(ReplayError, match="address already in use"), prometheus(script(text), 10):
        pytest.fail("there is no server")
    assert (tmp_path / "started").read_text() == "x\n" * 3


def test_never_ready_is_stopped(script: Script, tmp_path: Path) -> None:
    path = script(f"echo $$ > {tmp_path / 'pid'}; exec sleep 60")
    with pytest.raises(ReplayError) as caught, prometheus(path, 0.5):
        pytest.fail("there is no server")
    assert caught.value.message == "prometheus was not ready in time"
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_full_disk(script: Script) -> None:
    with pytest.raises(ReplayError) as caught, prometheus(script(REFUSING), 20) as server:
        server.write([((("__name__", "x"),), [(0, 1.0)])])
    assert caught.value.message == "prometheus refused samples: write wal: no space left on device"
    assert caught.value.advice.startswith("free space where temporary files go")


def test_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, script: Script, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(ReplayError, match="no temporary folder can be made"), prometheus(script("exit 0"), 5):
        pytest.fail("there is no server")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_while_it_waits(script: Script, tmp_path: Path, number: signal.Signals) -> None:
    pid = tmp_path / "pid"
    path = script(f'case "$1" in --version) {VERSION};; esac; echo $$ > {pid}; exec sleep 60')
    command = [sys.executable, "-m", "mlmon", "replay", "-C", str(ROOT), "--incident", "gpu-xid"]
    environment = {**os.environ, "MLMON_PROMETHEUS": str(path), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        wait_for(lambda: pid.exists() and pid.read_text().strip() != "")
        process.send_signal(number)
        _, said = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == (130 if number == signal.SIGINT else 128 + number)
    assert b"Traceback" not in said
    assert is_gone(int(pid.read_text()))


def test_killed_without_a_word(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    """A real Prometheus and its folder are gone soon after a SIGKILL of mlmon, which can tidy nothing itself."""
    code = (
        "import sys, time; from pathlib import Path; from mlmon.replay.server import prometheus\n"
        f"with prometheus(Path({require_tool('prometheus')!r}), 30) as server:\n"
        "    print(server.log, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip()).parent.parent
    running = [pid for pid in _processes() if str(folder) in _command(pid)]
    process.kill()
    process.communicate()
    assert len(running) >= 2
    wait_for(lambda: not folder.exists() and all(is_gone(pid) for pid in running))


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_disk_that_fills_up_under_a_real_prometheus(require_tool: Callable[[str], str], script: Script) -> None:
    """A limit of the size of files breaks writes as a full disk does."""
    path = script(f'ulimit -f 256; exec {require_tool("prometheus")} "$@"')
    samples = [(moment * 1000, float(moment)) for moment in range(20_000)]
    series = [((("__name__", "x"), ("n", str(number))), samples) for number in range(20)]
    with pytest.raises(ReplayError) as caught, prometheus(path, 30) as server:
        server.write(series)
    assert caught.value.message.startswith(("prometheus refused samples: ", "prometheus no longer answers: "))
    assert "file too large" in caught.value.message
    assert caught.value.advice.startswith("free space where temporary files go")


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
