"""Alertmanager's matcher language, in the subset that its classic and its UTF-8 parser read alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_REGEX_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")
_ESCAPED = r"\\\1"


def quoted(value: str) -> str:
    """Quote a value: both parsers know the escapes of backslash, quote and line feed, and only those in common."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def equal(label: str, value: str) -> str:
    """Match one value of a label."""
    return f"{label}={quoted(value)}"


def differs(label: str, value: str = "") -> str:
    """Match every other value; without `value`: match alerts that have the label at all."""
    return f"{label}!={quoted(value)}"


def among(label: str, values: Iterable[str]) -> str:
    """Match any of the values. Raises ValueError when there are none: such a rule should not be written."""
    listed = list(values)
    if not listed:
        raise ValueError(f"no value of {label} to match")
    if len(listed) == 1:
        return equal(label, listed[0])
    return f"{label}=~{quoted('|'.join(_REGEX_SPECIAL.sub(_ESCAPED, value) for value in listed))}"
