"""Writes samples in the form that Prometheus' remote write receiver reads (prometheus.io/docs/specs/prw).

A protobuf `WriteRequest` in a Snappy block. Both are small enough to be written here: the block holds literals only,
which every decoder takes and which needs no compressor on a connection that never leaves the machine.
"""

from __future__ import annotations

import math
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Labels = tuple[tuple[str, str], ...]
"""Name and value of each label, the metric's own as `__name__`, sorted as Prometheus wants them."""

_STALE_BYTES: Final = struct.pack("<Q", 0x7FF0000000000002)
STALE: Final = struct.unpack("<d", _STALE_BYTES)[0]
"""Marks the end of a series, as a scrape does that no longer finds it."""
_BATCH: Final = 50_000
"""Samples in one request: about a megabyte."""
_LITERAL: Final = 65536
_VALUE: Final = struct.Struct("<d")


def labels_of(labels: dict[str, str]) -> Labels:
    """Return labels as a key, without those that have no value, which are the same as absent ones."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def requests(series: Iterable[tuple[Labels, Sequence[tuple[int, float]]]]) -> Iterator[bytes]:
    """Yield the bodies of requests that write all samples, given in milliseconds and in order for each series."""
    parts: list[bytes] = []
    count = 0
    for labels, samples in series:
        if not samples:
            continue
        parts.append(_field(1, _labels(labels) + _samples(samples)))
        count += len(samples)
        if count >= _BATCH:
            yield _snappy(b"".join(parts))
            parts, count = [], 0
    if parts:
        yield _snappy(b"".join(parts))


def _labels(labels: Labels) -> bytes:
    return b"".join(_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in labels)


def _samples(samples: Sequence[tuple[int, float]]) -> bytes:
    made: list[bytes] = []
    for at, value in samples:
        # NaN loses its payload on some machines when it passes through a float.
        packed = _STALE_BYTES if math.isnan(value) else _VALUE.pack(value)
        head, tail = _around(at)
        made += (head, packed, tail)
    return b"".join(made)


@lru_cache(maxsize=50_000)
def _around(at: int) -> tuple[bytes, bytes]:
    """What stands before and after the value of a sample; the same moments come again with every series."""
    tail = b"\x10" + _varint(at)
    return b"\x12" + bytes((9 + len(tail),)) + b"\x09", tail


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def _snappy(content: bytes) -> bytes:
    """Wrap bytes as a Snappy block of literals (github.com/google/snappy, format_description.txt)."""
    parts = [_varint(len(content))]
    for start in range(0, len(content), _LITERAL):
        part = content[start : start + _LITERAL]
        parts += [b"\xf4", struct.pack("<H", len(part) - 1), part]
    return b"".join(parts)
