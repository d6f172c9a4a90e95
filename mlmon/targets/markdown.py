"""Quotes text for Markdown, so that it reads the same in the source and comes back equal from any renderer.

Written against CommonMark 0.31 (https://spec.commonmark.org/0.31.2/) and GitHub's tables.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

_SPACE = re.compile(r"[ \t\r\n\f\v]+")
# An underscore within a word is no emphasis, and names such as fraud_detector should stay readable.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~$#]|(?<![^\W_])_|_(?![^\W_])|&(?=#|\w+;)|!(?=\[)")
_AT_START = re.compile(r"(?:[-+=:]|\d+(?=[.)]))")
_RUN = re.compile(r"`+")
_URL_SPECIAL = re.compile(r"[\x00-\x20\x7f()<>\\\s`|]")
_ENTITY = re.compile(r"&(?=#|\w+;)")


class Markdown(str):
    """Text that is Markdown already; everything else is quoted when a template prints it."""

    __slots__ = ()


@lru_cache(maxsize=4096)
def text(value: str) -> Markdown:
    """Quote running text for a paragraph, heading or table cell; line breaks become spaces."""
    flat = _SPACE.sub(" ", value).strip(" ")
    quoted = _SPECIAL.sub(lambda match: f"\\{match[0]}", flat)
    return Markdown(_AT_START.sub(_first, quoted, count=1) if _AT_START.match(quoted) else quoted)


def _first(match: re.Match[str]) -> str:
    """Quote what would begin a list or a heading: `-` by a backslash, `1.` by one before the dot."""
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


def code(value: str) -> Markdown:
    """Quote text as a code span; not for tables, whose cells end at `|` even in code."""
    flat = _SPACE.sub(" ", value)
    ticks = "`" * (max((len(run) for run in _RUN.findall(flat)), default=0) + 1)
    touching = flat.startswith(("`", " ")) or flat.endswith(("`", " "))
    pad = " " if touching and flat.strip() else ""
    return Markdown(f"{ticks}{pad}{flat}{pad}{ticks}")


def block(value: str, language: str = "") -> Markdown:
    """Quote text as a fenced block whose fence is longer than any run of backticks inside."""
    fence = "`" * max(3, max((len(run) for run in _RUN.findall(value)), default=0) + 1)
    return Markdown(f"{fence}{language}\n{value}\n{fence}")


def link(label: str, address: str) -> Markdown:
    """Link a quoted label to an address, in which characters that Markdown reads are percent-encoded."""
    encoded = _URL_SPECIAL.sub(lambda match: quote(match[0]), address)
    return Markdown(f"[{text(label)}]({_ENTITY.sub('&amp;', encoded)})")


def contained(value: str) -> Markdown:
    """Put Markdown of other hands into a block quote: what it leaves open (a fence, HTML) ends with the quote."""
    return Markdown("\n".join(f"> {line}".rstrip() for line in value.strip().splitlines()))
