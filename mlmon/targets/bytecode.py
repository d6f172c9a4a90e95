"""Compiled templates, kept between runs. Imports Jinja2, which costs what a small command takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

    from mlmon.remembered import Kept


class Compiled(BytecodeCache):
    """Jinja2's cache over kept entries; `prefix` stands for all that decides what a template's code becomes.

    Jinja2 itself sees that a template has changed, or that an entry is broken.
    """

    def __init__(self, kept: Kept, prefix: str) -> None:
        self._kept, self._prefix = kept, prefix

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket where there is an entry."""
        data = self._kept.read(f"{self._prefix}-{bucket.key}")
        if data is not None:
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a bucket."""
        self._kept.write(f"{self._prefix}-{bucket.key}", bucket.bytecode_to_string())
