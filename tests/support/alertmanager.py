"""A real Alertmanager on loopback whose receivers all post to the test, and its inhibition rules read in Python."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from mlmon.targets.alertmanager import CONFIG
from tests.support.fleet import Sent

_MATCHER = re.compile(r'(\w+)(=~|!=|!~|=)"(.*)"', re.DOTALL)
_ESCAPE = re.compile(r'\\([\\"n])')


def parsed(matcher: str) -> tuple[str, str, str]:
    """Label, operator and value of a matcher."""
    match = _MATCHER.fullmatch(matcher)
    assert match is not None, matcher
    return match[1], match[2], _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], match[3])


def matches(matchers: Iterable[str], alert: Sent) -> bool:
    """Tell whether all matchers hold; a label that is missing is empty."""
    for label, op, value in map(parsed, matchers):
        found = bool(re.fullmatch(value, alert[label])) if "~" in op else alert[label] == value
        if found == op.startswith("!"):
            return False
    return True


def silences(rule: dict[str, Any], source: Sent, target: Sent) -> bool:
    """Tell whether one alert inhibits another, as inhibit.go does: none that matches both sides inhibits its like."""
    if not matches(rule["source_matchers"], source) or not matches(rule["target_matchers"], target):
        return False
    if matches(rule["source_matchers"], target) and matches(rule["target_matchers"], source):
        return False
    return all(source[label] == target[label] for label in rule["equal"])


@dataclass
class Running:
    """An Alertmanager, and what it has posted: the receiver and the body of each notification."""

    config: Path
    port: int
    process: subprocess.Popen[bytes]
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def call(self, path: str, body: object = None) -> None:
        """Post to the API, which must accept it."""
        assert _status(self.port, "POST", path, body) == 200

    def fire(self, *alerts: Sent, ends: timedelta = timedelta(hours=1)) -> None:
        """Send alerts that fire now; with `ends` in the past they resolve."""
        now = datetime.now(UTC)
        # NOTE: an alert that began longer than group_wait ago is sent at once, before inhibition has seen the others.
        starts = min(now, now + ends)
        self.call(
            "/api/v2/alerts",
            [
                {
                    "labels": dict(alert.labels),
                    "annotations": dict(alert.annotations),
                    "startsAt": starts.isoformat(),
                    "endsAt": (now + ends).isoformat(),
                }
                for alert in alerts
            ],
        )

    def to(self, receiver: str, status: str = "firing") -> list[str]:
        """Names of the alerts in each message of a status that a receiver was sent, in order."""
        told = [body for name, body in list(self.posted) if name == receiver and body["status"] == status]
        named = [{alert["labels"]["alertname"] for alert in body["alerts"] if alert["status"] == status}
                 for body in told]  # fmt: skip
        return [", ".join(sorted(names)) for names in named]

    def incidents(self, receiver: str, status: str = "firing") -> set[str]:
        """The keys of the groups that a receiver was told of; PagerDuty and Opsgenie keep one incident for each."""
        return {body["groupKey"] for name, body in list(self.posted) if name == receiver and body["status"] == status}

    def wait_for(self, happened: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until something has happened. Raises AssertionError with all that was posted when it does not."""
        deadline = time.monotonic() + seconds
        while not happened():
            told = [(name, body["status"], body["groupLabels"]) for name, body in self.posted]
            assert time.monotonic() < deadline, f"not within {seconds} s; posted: {told}"
            time.sleep(0.05)

    def business_hours(self, *days: str) -> None:
        """Make business hours whole days, and have the configuration read again."""
        config = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        interval = config["time_intervals"][0]["time_intervals"][0]
        interval |= {"weekdays": list(days), "times": [{"start_time": "00:00", "end_time": "24:00"}]}
        self.config.write_text(yaml.safe_dump(config), encoding="utf-8")
        self.call("/-/reload")


@contextmanager
def running(executable: str, files: dict[str, str], folder: Path) -> Iterator[Running]:
    """Start Alertmanager with the rendered files, receivers replaced by webhooks and waits shortened to a second."""
    posted: list[tuple[str, dict[str, Any]]] = []
    server = _receiver(posted)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    config = folder / CONFIG
    config.write_text(_rewritten(files[CONFIG], server.server_address[1]), encoding="utf-8")
    port = _free_port()
    options = [
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([executable, *options], stdout=log, stderr=log)
        try:
            started = Running(config, port, process, posted)
            started.wait_for(lambda: _is_ready(port))
            yield started
        finally:
            process.kill()
            process.wait()
            server.shutdown()
            server.server_close()


def _rewritten(text: str, port: int) -> str:
    config = yaml.safe_load(text)
    config["route"] |= {"group_wait": "1s", "group_interval": "1s"}
    names = [receiver["name"] for receiver in config["receivers"]]
    config["receivers"] = [
        {"name": name, "webhook_configs": [{"url": f"http://127.0.0.1:{port}/{name}"}]} for name in names
    ]
    return yaml.safe_dump(config)


def _receiver(posted: list[tuple[str, dict[str, Any]]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            posted.append((self.path.removeprefix("/"), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ready(port: int) -> bool:
    try:
        return _status(port, "GET", "/-/ready") == 200
    except OSError:
        return False


def _status(port: int, method: str, path: str, body: object = None) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()
