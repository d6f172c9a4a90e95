"""Prometheus servers of the tests' own: on a free port of loopback, over given data, and gone when the test is."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Server:
    """A Prometheus that answers queries."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer. Raises AssertionError with Prometheus's own words when it is an error."""
        query = urllib.parse.urlencode(parameters).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=query or None)  # noqa: S310  loopback
        try:
            with _OPENER.open(request, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} {parameters}: {error.read().decode()}") from None

    def series(self, expr: str, at: float) -> list[Any]:
        """The series of an instant query."""
        found = self.get("query", query=expr, time=str(at))["result"]
        return list(found) if isinstance(found, list) else [found]

    def wait_for(self, happened: Callable[[], bool], seconds: float) -> None:
        """Wait until something has happened. Raises AssertionError with the end of the log when it does not."""
        deadline = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s:\n{self.log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            _OPENER.open(f"{self.url}/-/ready", timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def prometheus(
    executable: str, folder: Path, *, rules: str = "", data: Path | None = None, scraping: Iterable[Any] = ()
) -> Iterator[Server]:
    """Start Prometheus over `data` with the rule files that the pattern `rules` finds; kill it, whatever happens.

    `scraping` are its scrape configurations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "prometheus.yml"
    settings = {"rule_files": [rules] if rules else [], "scrape_configs": list(scraping)}
    config.write_text(json.dumps(settings), encoding="utf-8")
    port, log = free_port(), folder / "prometheus.log"
    options = [
        f"--config.file={config}",
        f"--storage.tsdb.path={data or folder / 'data'}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen([executable, *options], stdout=output, stderr=output)
        try:
            server = Server(port, log)
            server.wait_for(server.is_ready, 20)
            yield server
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
