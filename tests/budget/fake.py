"""A server on loopback that answers like Prometheus, or as badly as a test wants."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.budget.stories import Counts


@dataclass
class Fake:
    """Where it is, and what it was asked."""

    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer) -> Iterator[Fake]:
    """Serve until the test is over."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            fake.asked.append((parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()}))
            fake.headers.append(dict(self.headers))
            try:
                answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def send(request: BaseHTTPRequestHandler, body: bytes | str, status: int = 200, **headers: str) -> None:
    """Send one whole answer."""
    data = body.encode() if isinstance(body, str) else body
    request.send_response(status)
    for name, value in ({"Content_Length": str(len(data))} | headers).items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(data)


def matrix(series: list[tuple[dict[str, str], list[list[object]]]], **more: object) -> str:
    """A successful answer to a range query."""
    result = [{"metric": labels, "values": values} for labels, values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}, **more})


def telling(story: Counts, *groups: dict[str, str], **more: object) -> Answer:
    """Answer range queries with the chunks of a story, once for each group."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked = {
            key: int(values[0]) for key, values in parse_qs(urlsplit(request.path).query).items() if key != "query"
        }
        moments = range(asked["start"], asked["end"] + 1, asked["step"])
        known = [(at, pair) for at in moments if (pair := story(at))]
        series = [
            (labels | {"mlmon_part": part}, [[at, str(pair[place])] for at, pair in known])
            for labels in (groups or ({},))
            for place, part in enumerate(("errors", "events"))
        ]
        send(request, matrix(series if known else [], **more))

    return answer
