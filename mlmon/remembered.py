"""What is kept between runs, in the user's cache folder, by hashes of everything that it depends on."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


def folder(kind: str) -> Path:
    """Return where entries of one kind are kept: `mlmon/<kind>` in XDG_CACHE_HOME, by default ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return home / "mlmon" / kind


def key(*parts: str | bytes) -> str:
    """Return the key of an entry: a hash of everything that it depends on."""
    whole = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        whole.update(f"{len(raw)}:".encode())
        whole.update(raw)
    return whole.hexdigest()


@dataclass(frozen=True)
class Kept:
    """A folder of entries, the newest `most` of them; one that cannot be read or written keeps nothing."""

    root: Path
    most: int = 20

    def read(self, name: str) -> bytes | None:
        """Return an entry, or None where there is none."""
        try:
            return (self.root / name).read_bytes()
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Keep an entry, whole or not at all."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.root, delete=False) as file:
                file.write(data)
            Path(file.name).replace(self.root / name)
            newest_first = sorted(self.root.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in newest_first[self.most :]:
                path.unlink(missing_ok=True)
        except OSError:
            return
