"""Where Prometheus is and how it is entered: an address without secrets, and headers from files."""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING, Final

from mlmon.remote.http import QueryError

if TYPE_CHECKING:
    from pathlib import Path

_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*)")
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")


def checked_url(text: str, option: str = "--prometheus", *, example: str = "http://prometheus:9090") -> str:
    """Return the address that `option` gives. Raises QueryError for other schemes, and for credentials."""
    # What stands on a command line is shown to everybody by ps(1).
    try:
        parts = urllib.parse.urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise QueryError(f"{option} is not an address", f"write for example {example}") from None
    if parts.username is not None or parts.password is not None:
        raise QueryError(f"{option} holds credentials", "put `Authorization: Basic ...` into a --header-file")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine or not text.isprintable():
        raise QueryError(f"{option} is not an address", f"write for example {example}")
    return text


def checked_base(text: str) -> str:
    """Return the address below which Prometheus' API is. Raises QueryError for what cannot be one."""
    url = checked_url(text)
    if any(mark in url for mark in "?# "):
        raise QueryError("--prometheus is more than an address", "leave out what follows ? or #")
    return url.rstrip("/")


def headers(header_file: Path | None, token_file: Path | None) -> dict[str, str]:
    """Read headers, one `Name: value` a line, and a bearer token. Raises QueryError without showing what was read."""
    found: dict[str, str] = {}
    for number, line in enumerate(_text(header_file, "--header-file").splitlines(), 1):
        match = _HEADER.fullmatch(line.rstrip())
        if match:
            found[match[1]] = match[2]
        elif line.strip() and not line.startswith("#"):
            message = f"line {number} of --header-file is not a header"
            raise QueryError(message, "write `Authorization: Bearer ...` or another `Name: value` on each line")
    token = _text(token_file, "PROMETHEUS_TOKEN_FILE").strip()
    if token_file is not None and not _TOKEN.fullmatch(token):
        raise QueryError("the file named by PROMETHEUS_TOKEN_FILE holds no token", "write the bare token into it")
    if token_file is not None and not any(name.lower() == "authorization" for name in found):
        found["Authorization"] = f"Bearer {token}"
    return found


def _text(path: Path | None, what: str) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise QueryError(f"{what} is not text", "write it in UTF-8") from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise QueryError(f"{what} cannot be read: {reason}", f"check {path}") from None
