"""Reads the moment that a report is about."""

from __future__ import annotations

from datetime import UTC, datetime

from mlmon.units import UnitError


def read_moment(text: str) -> int:
    """Read `2026-03-14T12:00Z`, `2026-03-14` or Unix seconds; UTC where no zone is given. Raises UnitError."""
    try:
        if text.isascii() and text.isdigit():
            return int(datetime.fromtimestamp(int(text), UTC).timestamp())
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError, OSError):
        raise UnitError(f'"{text}" is not a moment', "write 2026-03-14T12:00Z, a date, or Unix seconds") from None
