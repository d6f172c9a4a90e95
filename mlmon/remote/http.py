"""Asks over HTTP: one answer within a deadline, or a sentence that says why there is none.

Nothing is tried again: what runs in a pipeline has to answer now, and whoever runs it decides what "no answer" means.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES: Final = 64 * 1024 * 1024
"""A longer answer is refused, compressed or not; a page of 100,000 series is about 10 MiB."""
_PART: Final = 65536
_SHOWN: Final = 200
_GZIP: Final = 31


class QueryError(Exception):
    """Somebody could not be asked, or gave no usable answer; `advice` says what to change."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


class _Readable(Protocol):
    def read1(self, size: int) -> bytes: ...


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the credentials to another address, and ends at a login page more often than not."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _SameServer(urllib.request.HTTPRedirectHandler):
    """Web frameworks redirect /metrics to /metrics/; what leaves the server is not followed."""

    def redirect_request(self, req: urllib.request.Request, *more: Any) -> urllib.request.Request | None:
        old, new = (urllib.parse.urlsplit(url) for url in (req.full_url, more[-1]))
        return super().redirect_request(req, *more) if (old.scheme, old.netloc) == (new.scheme, new.netloc) else None


@dataclass(frozen=True)
class Words:
    """What is said of the other side: whom it does not answer like, and what to do about each trouble."""

    like: str
    foreign: str
    slow: str
    large: str


@dataclass(frozen=True)
class Reply:
    """What came back, uncompressed."""

    status: int
    body: bytes
    content_type: str = ""


@dataclass(frozen=True)
class Http:
    """Asks one server. `headers` may hold credentials: they are never shown. `follow`: redirects within the server."""

    url: str
    words: Words
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0
    follow: bool = False

    def get(self, path: str = "") -> Reply:
        """Fetch what is at `path` below the address, whatever the status. Raises QueryError where nothing comes."""
        request = urllib.request.Request(self.url + path, headers=dict(self.headers))  # noqa: S310
        opener = urllib.request.build_opener(_SameServer if self.follow else _NoRedirect)
        deadline = time.monotonic() + self.timeout
        try:
            with opener.open(request, timeout=self.timeout) as answer:
                body = self._read(answer, deadline, answer.headers.get("Content-Length"))
                packed = answer.headers.get("Content-Encoding", "").lower() == "gzip"
                return Reply(
                    answer.status, self.unpacked(body) if packed else body, answer.headers.get("Content-Type", "")
                )
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, self._error_body(error, deadline))
        except TimeoutError:
            raise self._slow() from None
        except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
            raise self._unreachable(error) from None

    def unpacked(self, body: bytes) -> bytes:
        """Decompress gzip. Raises QueryError for what is cut off or longer than an answer may be."""
        unpacker = zlib.decompressobj(_GZIP)
        try:
            text = unpacker.decompress(body, MAX_BYTES)
        except zlib.error:
            raise self.strange("it is not gzip, although it says so") from None
        if unpacker.unconsumed_tail:
            raise self._large()
        if not unpacker.eof:
            raise self.cut_off()
        return text

    def _read(self, answer: _Readable, deadline: float, announced: str | None) -> bytes:
        """Read to the end; a server that sends a byte a minute keeps every single read within its timeout."""
        parts, size = [], 0
        while part := answer.read1(_PART):
            size += len(part)
            if size > MAX_BYTES:
                raise self._large()
            if time.monotonic() > deadline:
                raise TimeoutError
            parts.append(part)
        if announced and announced.isdigit() and size < int(announced):
            raise self.cut_off()
        return b"".join(parts)

    def _error_body(self, error: urllib.error.HTTPError, deadline: float) -> bytes:
        # What the error says is welcome; that even this does not arrive changes nothing.
        try:
            return self._read(error, deadline, None)
        except (OSError, HTTPException, QueryError):
            return b""

    def _large(self) -> QueryError:
        return QueryError(f"{self.url} sent more than {MAX_BYTES // 1024**2} MiB", self.words.large)

    def _slow(self) -> QueryError:
        return QueryError(f"{self.url} did not answer within {self.timeout:g} s", self.words.slow)

    def cut_off(self) -> QueryError:
        """Return the error for an answer that ends in the middle."""
        return QueryError(f"the answer of {self.url} is cut off", "look for a proxy that limits the size of answers")

    def strange(self, why: str) -> QueryError:
        """Return the error for an answer of somebody else."""
        return QueryError(f"{self.url} does not answer like {self.words.like}: {why}", self.words.foreign)

    def _unreachable(self, error: BaseException) -> QueryError:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, TimeoutError):
            return self._slow()
        if isinstance(error, IncompleteRead):
            return self.cut_off()
        if isinstance(error, HTTPException):
            return self.strange("the connection was closed, or does not speak HTTP")
        if isinstance(reason, ssl.SSLError):
            return self._untrusted(reason)
        words = "the name is not known" if isinstance(reason, socket.gaierror) else _words(reason)
        return QueryError(f"{self.url} cannot be reached: {words}", "check the address, the network and the proxy")

    def _untrusted(self, reason: ssl.SSLError) -> QueryError:
        if isinstance(reason, ssl.SSLCertVerificationError):
            advice = "name the file with its authority's certificate in the variable SSL_CERT_FILE"
            said = shown(reason.verify_message)
            return QueryError(f"the certificate of {self.url} is not trusted: {said}", advice)
        said = shown((reason.reason or "unknown reason").replace("_", " ").lower())
        return QueryError(f"{self.url} cannot be reached by TLS: {said}", "write http:// if it does not speak TLS")


def _words(reason: object) -> str:
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return shown(text).lower()


def shown(text: str) -> str:
    """Shorten a text of the other side to one line without control characters."""
    flat = re.sub(r"[\x00-\x1f\x7f-\x9f\s\u2028\u2029]+", " ", text).strip()
    return flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}…"
