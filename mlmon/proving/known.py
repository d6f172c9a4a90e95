"""Remembers which proofs have succeeded: the same rules, test and promtool give the same answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlmon.remembered import Kept

_ENTRY: Final = "succeeded"
_KEY: Final = re.compile(rb"^[0-9a-f]{64}$", re.MULTILINE)
_MOST: Final = 100_000
"""About a thousand services, in 65 bytes each."""


class Known:
    """The keys of what has succeeded, in one entry for all workspaces: copies of one repository share its proofs.

    The entry is read once and written by `keep`. A damaged one, or none, is as if nothing had ever succeeded.
    """

    def __init__(self, kept: Kept, most: int = _MOST) -> None:
        self._kept, self._most = kept, most
        self._before = frozenset(self._read())
        self._now: dict[str, bool] = {}

    def has(self, key: str) -> bool:
        """Tell whether it is known to succeed. What is asked for counts among the newest."""
        if key not in self._before:
            return False
        self._now[key] = True
        return True

    def note(self, key: str, *, succeeded: bool) -> None:
        """Take down how it ended; what has failed is no longer known."""
        self._now[key] = succeeded

    def keep(self) -> None:
        """Write the newest keys, this run's first; what others have learnt in the meantime stays."""
        found = [key for key in dict.fromkeys([*self._now, *self._read()]) if self._now.get(key, True)]
        self._kept.write(_ENTRY, "\n".join(found[: self._most]).encode())

    def _read(self) -> list[str]:
        return [key.decode() for key in _KEY.findall(self._kept.read(_ENTRY) or b"")]
