"""How commands that ask Prometheus reach it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlmon.remote.client import Client
    from mlmon.remote.http import Words


def client(url: str, header_file: Path | None, timeout: float, words: Words) -> Client:
    """Return what asks the Prometheus at `url`, with the bearer token that PROMETHEUS_TOKEN_FILE names.

    Raises QueryError for what is no address, and for files that hold no headers or no token.
    """
    from mlmon.remote.client import Client
    from mlmon.remote.credentials import checked_base, headers

    token = os.environ.get("PROMETHEUS_TOKEN_FILE")
    return Client(checked_base(url), headers(header_file, Path(token) if token else None), timeout, words)
