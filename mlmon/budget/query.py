"""Asks Prometheus over HTTP: one answer within a deadline, or a sentence that says why there is none.

Nothing is tried again: a deployment gate has to answer now, and whoever runs it decides what "no answer" means.
"""

from __future__ import annotations

import json
import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES: Final = 64 * 1024 * 1024
"""A longer answer is refused; a month of one budget is about 400 KiB."""
_PART: Final = 65536
_SHOWN: Final = 200
_CREDENTIALS: Final = (401, 403, 407)


class QueryError(Exception):
    """Prometheus could not be asked; `advice` says what to change."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


class _Readable(Protocol):
    def read1(self, size: int) -> bytes: ...


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the credentials to another address, and ends at a login page more often than not."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    """The series of a range query as (labels, samples), and what Prometheus warns of, such as a partial answer."""

    series: tuple[tuple[dict[str, str], list[tuple[float, str]]], ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Client:
    """Asks one Prometheus. `headers` may hold credentials: they are never shown."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0

    def range(self, expression: str, start: int, end: int, step: int) -> Answer:
        """Evaluate an expression at start, start + step, ..., end (Unix seconds). Raises QueryError."""
        asked = {"query": expression, "start": str(start), "end": str(end), "step": str(step)}
        data = self._data(self._ask(f"/api/v1/query_range?{urllib.parse.urlencode(asked)}"))
        try:
            series = tuple((dict(item["metric"]), [(at, text) for at, text in item["values"]]) for item in data[0])
        except (KeyError, TypeError, ValueError):
            raise self._foreign("its series are not in Prometheus' form") from None
        return Answer(series, data[1])

    def _ask(self, path: str) -> tuple[int, bytes]:
        request = urllib.request.Request(self.url.rstrip("/") + path, headers=dict(self.headers))  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirect)
        deadline = time.monotonic() + self.timeout
        try:
            with opener.open(request, timeout=self.timeout) as answer:
                return answer.status, self._read(answer, deadline, answer.headers.get("Content-Length"))
        except urllib.error.HTTPError as error:
            with error:
                return error.code, self._error_body(error, deadline)
        except TimeoutError:
            raise self._slow() from None
        except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
            raise self._unreachable(error) from None

    def _read(self, answer: _Readable, deadline: float, announced: str | None) -> bytes:
        """Read to the end; a server that sends a byte a minute keeps every single read within its timeout."""
        parts, size = [], 0
        while part := answer.read1(_PART):
            size += len(part)
            if size > MAX_BYTES:
                raise QueryError(
                    f"{self.url} sent more than {MAX_BYTES // 1024**2} MiB", "ask for one SLO with --slo NAME"
                )
            if time.monotonic() > deadline:
                raise TimeoutError
            parts.append(part)
        if announced and announced.isdigit() and size < int(announced):
            raise self._cut_off()
        return b"".join(parts)

    def _error_body(self, error: urllib.error.HTTPError, deadline: float) -> bytes:
        # What the error says is welcome; that even this does not arrive changes nothing.
        try:
            return self._read(error, deadline, None)
        except (OSError, HTTPException, QueryError):
            return b""

    def _data(self, answer: tuple[int, bytes]) -> tuple[list[Any], tuple[str, ...]]:
        status, body = answer
        if 300 <= status < 400:
            message = f"{self.url} answers with a redirect ({status})"
            raise QueryError(message, "give the address that it leads to; behind a login page add --header-file")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if status != 200:
            raise self._refused(status, found)
        if found is None:
            raise self._cut_off() if body.lstrip()[:1] == b"{" else self._foreign("the answer is not JSON")
        if not isinstance(found, dict) or found.get("status") != "success" or not isinstance(found.get("data"), dict):
            raise self._foreign("the answer has no `status` and `data`")
        result = found["data"].get("result")
        if found["data"].get("resultType") != "matrix" or not isinstance(result, list):
            raise self._foreign("the answer is not a matrix")
        warnings = found.get("warnings") or []
        return result, tuple(shown(str(item)) for item in warnings) if isinstance(warnings, list) else ()

    def _refused(self, status: int, found: Any) -> QueryError:
        said = shown(str(found.get("error", ""))) if isinstance(found, dict) else ""
        message = f"{self.url} answers with status {status}" + (f": {said}" if said else "")
        if status in _CREDENTIALS:
            advice = "give credentials with --header-file, or a bearer token in the file named by PROMETHEUS_TOKEN_FILE"
        elif status == 404:
            advice = "give the address below which /api/v1/query_range is found, with its path prefix if there is one"
        elif status >= 500:
            advice = "Prometheus is overloaded or starting; look at its log and run this again"
        else:
            advice = "the query was refused; look at the limits and the tenant of this Prometheus"
        return QueryError(message, advice)

    def _slow(self) -> QueryError:
        return QueryError(
            f"{self.url} did not answer within {self.timeout:g} s",
            "raise --timeout, or ask for less with SERVICE and --slo",
        )

    def _unreachable(self, error: BaseException) -> QueryError:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, TimeoutError):
            return self._slow()
        if isinstance(error, IncompleteRead):
            return self._cut_off()
        if isinstance(error, HTTPException):
            return self._foreign("the connection was closed, or does not speak HTTP")
        words = "the name is not known" if isinstance(reason, socket.gaierror) else _words(reason)
        return QueryError(f"{self.url} cannot be reached: {words}", "check the address, the network and the proxy")

    def _cut_off(self) -> QueryError:
        return QueryError(f"the answer of {self.url} is cut off", "look for a proxy that limits the size of answers")

    def _foreign(self, why: str) -> QueryError:
        advice = "give the address of Prometheus (or Thanos, Mimir, VictoriaMetrics), not that of its web pages' proxy"
        return QueryError(f"{self.url} does not answer like Prometheus: {why}", advice)


def _words(reason: object) -> str:
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return shown(text).lower()


def shown(text: str) -> str:
    """Shorten a text of the other side to one line without control characters."""
    flat = re.sub(r"[\x00-\x1f\x7f-\x9f\s\u2028\u2029]+", " ", text).strip()
    return flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}…"
