"""What `mlmon budget` says when Prometheus cannot be asked: one sentence each, never a traceback, never a secret."""

import socket
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from mlmon.remote.client import Answer, Client
from mlmon.remote.credentials import checked_base, headers
from mlmon.remote.http import QueryError
from tests.budget.fake import matrix, send, serving


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def ask(url: str, timeout: float = 5, **headers: str) -> Answer:
    return Client(url, headers, timeout).range("up", 300, 900, 300)


def refused(url: str, timeout: float = 5) -> str:
    with pytest.raises(QueryError) as error:
        ask(url, timeout)
    return f"{error.value.message.replace(url, 'URL')}; {error.value.advice}"


BROKEN = {
    "not found": ((404, "404 page not found"), "URL answers with status 404; give the address below which "),
    "unauthorised": (
        (401, "Unauthorized"),
        "URL answers with status 401; give credentials with --header-file, or a bearer token in the file named by ",
    ),
    "bad data": (
        (400, '{"status":"error","errorType":"bad_data","error":"parse error:\\n unexpected \\u001b[31m"}'),
        "URL answers with status 400: parse error: unexpected [31m; the query was refused; ",
    ),
    "unavailable": ((503, "Service Unavailable"), "URL answers with status 503; Prometheus is overloaded or starting;"),
    "error in 200": (
        (200, '{"status":"error","error":"x"}'),
        "URL does not answer like Prometheus: the answer has no ",
    ),
    "a web page": ((200, "<html>login</html>"), "URL does not answer like Prometheus: the answer is not JSON; "),
    "a list": ((200, "[]"), "URL does not answer like Prometheus: the answer has no `status` and `data`; "),
    "a vector": (
        (200, '{"status":"success","data":{"resultType":"vector","result":[]}}'),
        "URL does not answer like Prometheus: the answer is not a matrix; ",
    ),
    "no values": (
        (200, '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{}}]}}'),
        "URL does not answer like Prometheus: its series are not in Prometheus' form; ",
    ),
    "half of it": (
        (200, '{"status":"success","data":{"resultType":"matrix","result":[{"met'),
        "the answer of URL is cut off; look for a proxy that limits the size of answers",
    ),
    "deeply nested": ((200, "[" * 100_000), "URL does not answer like Prometheus: the answer is not JSON; "),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_answer_is_explained(case: str) -> None:
    (status, body), expected = BROKEN[case]
    with serving(lambda request: send(request, body, status)) as fake:
        assert refused(fake.url).startswith(expected)


def test_a_redirect_is_not_followed_since_it_would_take_the_credentials_along() -> None:
    with (
        serving(lambda request: send(request, matrix([]))) as other,
        serving(lambda request: send(request, "", 302, Location=f"{other.url}/login")) as fake,
    ):
        with pytest.raises(QueryError, match=r"answers with a redirect \(302\)$"):
            ask(fake.url, Authorization="Bearer secret")
        assert other.asked == []


def test_fewer_bytes_than_announced_are_no_answer() -> None:
    with serving(lambda request: send(request, matrix([]), Content_Length="500")) as fake:
        assert refused(fake.url).startswith("the answer of URL is cut off")


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    assert refused(url) == "URL cannot be reached: connection refused; check the address, the network and the proxy"


def test_a_name_that_does_not_exist() -> None:
    assert refused("http://prometheus.invalid").startswith("URL cannot be reached: ")


def test_something_that_does_not_speak_http() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    with serving(answer) as fake:
        assert refused(fake.url).startswith("URL does not answer like Prometheus: the connection was closed, or does ")


def test_a_silent_server_is_given_up() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(1)

    with serving(answer) as fake:
        assert refused(fake.url, 0.2).startswith("URL did not answer within 0.2 s; raise --timeout")


def test_a_server_that_drips_is_given_up_at_the_deadline() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(40):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.05)

    began = time.monotonic()
    with serving(answer) as fake:
        assert refused(fake.url, 0.3).startswith("URL did not answer within 0.3 s")
    assert time.monotonic() - began < 1.5


def test_an_endless_answer_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlmon.remote.http.MAX_BYTES", 1024 * 1024)
    with serving(lambda request: send(request, b" " * 2 * 1024 * 1024)) as fake:
        assert refused(fake.url) == "URL sent more than 1 MiB; ask for one SLO with --slo NAME"


def test_warnings_of_partial_answers_are_kept() -> None:
    with serving(lambda request: send(request, matrix([], warnings=["store a:\n is down"]))) as fake:
        assert ask(fake.url).warnings == ("store a: is down",)


def test_a_path_prefix_is_kept() -> None:
    with serving(lambda request: send(request, matrix([]))) as fake:
        ask(f"{fake.url}/prometheus/")
        assert fake.asked[0][0] == "/prometheus/api/v1/query_range"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("file:///etc/passwd", "--prometheus is not an address"),
        ("prometheus:9090", "--prometheus is not an address"),
        ("http://", "--prometheus is not an address"),
        ("http://p:99999", "--prometheus is not an address"),
        ("http://[::1", "--prometheus is not an address"),
        ("http://p\n:9090", "--prometheus is not an address"),
        ("http://user:hunter2@p:9090", "--prometheus holds credentials"),
        ("http://p:9090/?x=1", "--prometheus is more than an address"),
    ],
)
def test_only_addresses_without_secrets_are_taken(url: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        checked_base(url)
    assert error.value.message == message
    assert "hunter2" not in error.value.advice


def test_headers_come_from_files(tmp_path: Path) -> None:
    file, token = tmp_path / "headers", tmp_path / "token"
    file.write_text("# tenant\nX-Scope-OrgID: ml\n\n", encoding="utf-8")
    token.write_text("abc\n", encoding="utf-8")
    assert headers(file, token) == {"X-Scope-OrgID": "ml", "Authorization": "Bearer abc"}
    with serving(lambda request: send(request, matrix([]))) as fake:
        ask(fake.url, **headers(file, token))
        assert fake.headers[0]["Authorization"] == "Bearer abc"


def test_a_bad_header_file_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "headers"
    file.write_text("X-A: b\nhunter2\n", encoding="utf-8")
    with pytest.raises(QueryError, match=r"^line 2 of --header-file is not a header$"):
        headers(file, None)
    file.write_text("", encoding="utf-8")
    with pytest.raises(QueryError, match="PROMETHEUS_TOKEN_FILE holds no token"):
        headers(None, file)
    with pytest.raises(QueryError, match="--header-file cannot be read: no such file or directory"):
        headers(tmp_path / "absent", None)


def test_credentials_are_not_in_the_representation() -> None:
    assert "hunter2" not in repr(Client("http://p", {"Authorization": "Bearer hunter2"}))
