"""Remembers which proofs have succeeded: the same rules, test and promtool give the same answer."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


def folder() -> Path:
    """Return where to remember: `mlmon/proofs` in XDG_CACHE_HOME, by default ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return home / "mlmon" / "proofs"


def key(*texts: str) -> str:
    """Return the key of a proof: a hash of everything that its answer depends on."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(f"{len(text)}:".encode())
        whole.update(text.encode())
    return whole.hexdigest()


@dataclass(frozen=True)
class Cache:
    """Successful proofs, one empty file each; a folder that cannot be written to remembers nothing."""

    root: Path

    def has(self, known: str) -> bool:
        """Tell whether a proof is known to succeed."""
        try:
            return (self.root / known[:2] / known).is_file()
        except OSError:
            return False

    def add(self, known: str) -> None:
        """Remember a success."""
        place = self.root / known[:2]
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / known).touch()
        except OSError:
            return
