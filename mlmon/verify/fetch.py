"""Fetches pages of metrics: from an address as Prometheus would, from a file, or from standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, Place
from mlmon.remote.credentials import checked_url
from mlmon.remote.http import MAX_BYTES, Http, QueryError, Words
from mlmon.verify.exposition import PageError, is_openmetrics, parse
from mlmon.verify.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STDIN: Final = "-"
_WORDS: Final = Words(
    like="a page of metrics",
    foreign="give the address that Prometheus scrapes, such as http://localhost:8000/metrics",
    slow="raise --timeout; Prometheus itself gives up after 10 s (scrape_timeout)",
    large="look at what makes so many series; Prometheus would have to read it at every scrape",
)
_ACCEPT: Final = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
"""What Prometheus asks for, without the formats that are not text (scrape/scrape.go)."""
_GZIP_MAGIC: Final = b"\x1f\x8b"
_OPENMETRICS: Final = "application/openmetrics-text"


def read_pages(
    places: Sequence[str], headers: Mapping[str, str], timeout: float, root: Path
) -> tuple[Pages, list[Finding]]:
    """Read every page; one that breaks the format is a finding. Raises QueryError where one cannot be had at all."""
    pages, findings = [], []
    for place in places:
        body, content_type = _fetched(place, headers, timeout)
        try:
            text = _decoded(body)
            pages.append(parse(text, openmetrics=content_type.startswith(_OPENMETRICS) or is_openmetrics(text)))
        except PageError as error:
            findings.append(_unreadable(place, error, root))
    return Pages(tuple(pages)), findings


def is_address(place: str) -> bool:
    """Tell an address from the name of a file."""
    return "://" in place


def _fetched(place: str, headers: Mapping[str, str], timeout: float) -> tuple[bytes, str]:
    if not is_address(place):
        return _read(place), ""
    url = checked_url(place, "--metrics", example="http://localhost:8000/metrics")
    asked = {"Accept": _ACCEPT, "Accept-Encoding": "gzip", **headers}
    reply = Http(url, _WORDS, asked, timeout, follow=True).get()
    if reply.status in {401, 403, 407}:
        raise QueryError(f"{url} answers with status {reply.status}", "give credentials with --header-file")
    if 300 <= reply.status < 400:
        message = f"{url} answers with a redirect ({reply.status}) to another server, or for ever"
        raise QueryError(message, "give the address that it leads to; behind a login page add --header-file")
    if reply.status != 200:
        raise QueryError(f"{url} answers with status {reply.status}", _WORDS.foreign)
    return reply.body, reply.content_type


def _read(place: str) -> bytes:
    try:
        body = sys.stdin.buffer.read(MAX_BYTES + 1) if place == STDIN else Path(place).read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise QueryError(
            f"{place} cannot be read: {reason}", "check the path, or give an address with http://"
        ) from None
    name = "standard input" if place == STDIN else place
    if len(body) > MAX_BYTES:
        raise QueryError(f"{name} holds more than {MAX_BYTES // 1024**2} MiB", _WORDS.large)
    return Http(name, _WORDS).unpacked(body) if body[:2] == _GZIP_MAGIC else body


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PageError(body.count(b"\n", 0, error.start) + 1, "it holds bytes that are not UTF-8") from None


def _unreadable(place: str, error: PageError, root: Path) -> Finding:
    advice = "Prometheus refuses the whole page for this line, and all of its metrics with it: correct what writes it"
    return Finding(
        rule="verify-page",
        message=f"the page cannot be read: {error.message}",
        advice=advice,
        place=Place(_shown(place, root), error.line, 1 if error.line else 0),
    )


def _shown(place: str, root: Path) -> str:
    """The name of a page as findings have it: files relative to the project, as specs are."""
    if place == STDIN:
        return "stdin"
    path = Path(place)
    if is_address(place) or not path.resolve().is_relative_to(root.resolve()):
        return place
    return path.resolve().relative_to(root.resolve()).as_posix()
