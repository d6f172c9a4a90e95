"""A Prometheus of a replay's own: on loopback, in a temporary folder, and gone when the replay is."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import tempfile
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlmon.replay import guarded, wire
from mlmon.replay.trouble import ReplayError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Iterator, Sequence

_READY: Final = 20.0
_ATTEMPTS: Final = 3
_SPAN: Final = "100d"
"""Everything that a replay writes stays in memory: samples of any age are taken, and nothing is compacted meanwhile."""
_FULL: Final = (b"no space left", b"file too large", b"disk quota")
_SAID: Final = re.compile(r'(?:err|error)="?((?:[^"\\]|\\.)*)')

Series = list[tuple[dict[str, str], list[tuple[float, float]]]]
"""Labels and samples (Unix seconds, value) of each series."""


@dataclass
class Server:
    """A running Prometheus; each request has to be answered before `deadline` (monotonic seconds)."""

    port: int
    deadline: float
    log: Path
    _kept: http.client.HTTPConnection | None = field(default=None, repr=False)

    def write(self, series: Iterable[tuple[wire.Labels, Sequence[tuple[int, float]]]]) -> None:
        """Store samples, in milliseconds and in order for each series. Raises ReplayError."""
        headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
        headers |= {"X-Prometheus-Remote-Write-Version": "0.1.0"}
        for body in wire.requests(series):
            status, said = self._ask("POST", "/api/v1/write", body, headers)
            if status >= 300:
                raise ReplayError(f"prometheus refused samples: {_line(said)}", _room(said))

    def range(self, expression: str, start: float, end: float, step: float) -> Series:
        """Evaluate an expression at start, start + step, ..., end. Raises ReplayError."""
        asked = {"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, said = self._ask("POST", "/api/v1/query_range", urllib.parse.urlencode(asked).encode(), headers)
        if status != 200:
            raise ReplayError(f"prometheus cannot evaluate `{_line(expression.encode())}`: {_line(said)}", "correct it")
        return [
            (dict(item["metric"]), [(float(at), float(value)) for at, value in item["values"]])
            for item in json.loads(said)["data"]["result"]
        ]

    def is_ready(self) -> bool:
        """Tell whether it answers queries by now."""
        try:
            return self._ask("GET", "/-/ready", None, {})[0] == 200
        except ReplayError:
            return False

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise _slow()
        connection = self._kept or http.client.HTTPConnection("127.0.0.1", self.port)
        connection.timeout = left
        if connection.sock is not None:
            connection.sock.settimeout(left)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self._kept = connection
            return answer.status, answer.read()
        except TimeoutError:
            self.close()
            raise _slow() from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise self._gone(error) from None

    def close(self) -> None:
        """Let go of the connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _gone(self, error: Exception) -> ReplayError:
        said = last_words(self.log)
        reason = said or getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ReplayError(f"prometheus no longer answers: {reason}", _room(reason.encode()))


@contextlib.contextmanager
def prometheus(executable: Path, timeout: float) -> Iterator[Server]:
    """Start Prometheus; whatever happens, it has ended and its folder is gone afterwards. Raises ReplayError."""
    with _terminable(), _folder() as folder:
        deadline = time.monotonic() + timeout
        for attempt in range(1, _ATTEMPTS + 1):
            with _started(executable, folder / str(attempt), deadline) as (server, busy):
                if server is not None:
                    yield server
                    return
            if not busy:
                break
        said = last_words(folder / str(attempt) / "log")
        raise ReplayError(f"prometheus does not start: {said or 'it gives no reason'}", _room(said.encode()))


@contextlib.contextmanager
def _started(executable: Path, folder: Path, deadline: float) -> Iterator[tuple[Server | None, bool]]:
    """Yield a server that is ready, or None and whether its port was taken by somebody else in the meantime."""
    folder.mkdir()
    log, port = folder / "log", _free_port()
    (folder / "prometheus.yml").write_text("{}\n", encoding="utf-8")
    options = (
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--storage.tsdb.min-block-duration={_SPAN}",
        f"--storage.tsdb.max-block-duration={_SPAN}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
    )
    with log.open("wb") as output:
        try:
            process = guarded.start([executable, *options], folder.parent, folder, output)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise ReplayError(f"prometheus cannot be started: {reason}", "see MLMON_PROMETHEUS and PATH") from None
    server = Server(port, deadline, log)
    try:
        if _ready(server, process, min(deadline, time.monotonic() + _READY)):
            yield server, False
        else:
            yield None, "address already in use" in last_words(log)
    finally:
        server.close()
        guarded.stop(process)


def _ready(server: Server, process: subprocess.Popen[bytes], deadline: float) -> bool:
    while process.poll() is None:
        if server.is_ready():
            return True
        if time.monotonic() > deadline:
            raise ReplayError("prometheus was not ready in time", "see what keeps the machine busy, or raise --timeout")
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="mlmon-replay-", ignore_cleanup_errors=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ReplayError(f"no temporary folder can be made: {reason}", "free space, or set TMPDIR") from None
    with folder as name:
        try:
            yield Path(name)
        except OSError as error:
            reason = (error.strerror or str(error) or "unknown reason").lower()
            raise ReplayError(f"the temporary folder cannot be used: {reason}", "free space, or set TMPDIR") from None


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a replay in an orderly way, as Ctrl-C does; by default nothing would be tidied."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _: Any) -> None:
        raise SystemExit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_words(log: Path) -> str:
    """Return the last error that a log holds, in one line; the last line where none is marked as one."""
    try:
        text = log.read_bytes()[-20_000:].decode("utf-8", "replace")
    except OSError:
        return ""
    found = _SAID.findall(text)
    return _line((found or text.splitlines()[-1:] or [""])[-1].encode())


def _line(said: bytes) -> str:
    flat = re.sub(r"[\x00-\x1f\x7f-\x9f\s]+", " ", said.decode("utf-8", "replace")).strip()
    return flat if len(flat) <= 200 else f"{flat[:200]}…"


def _room(said: bytes) -> str:
    if any(sign in said.lower() for sign in _FULL):
        return "free space where temporary files go, or set TMPDIR to a folder with some hundred megabytes"
    return "run this again; if it stays, start prometheus by hand to see what it says"


def _slow() -> ReplayError:
    return ReplayError("prometheus did not answer in time and was stopped", "raise --timeout, or run this again later")
