"""Numbers as the functions of Prometheus' templates print them.

Read in https://github.com/prometheus/prometheus/blob/v3.5.0/template/template.go; the same since 2.42.
"""

from __future__ import annotations

from typing import Final

_LARGE: Final = ("k", "M", "G", "T", "P", "E", "Z", "Y")
_SMALL: Final = ("m", "u", "n", "p", "f", "a", "z", "y")
_BINARY: Final = tuple(f"{prefix}i" for prefix in _LARGE)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def shown(value: float, unit: str) -> str:
    """Return a value as an annotation prints it, by the unit of its alert."""
    return {"ratio": _percentage, "seconds": _duration, "bytes": _binary}.get(unit, humanize)(value)


def humanize(value: float) -> str:
    """Print `humanize`: metric prefixes, four digits."""
    if value == 0:
        return "0"
    if abs(value) >= 1:
        return _large(value, _LARGE, 1000)
    scaled, prefix = _small(value)
    return f"{scaled:.4g}{prefix}"


def _large(value: float, prefixes: tuple[str, ...], base: int) -> str:
    prefix = ""
    for candidate in prefixes:
        if abs(value) < base:
            break
        prefix, value = candidate, value / base
    return f"{value:.4g}{prefix}"


def _small(value: float) -> tuple[float, str]:
    prefix = ""
    for candidate in _SMALL:
        if abs(value) >= 1:
            break
        prefix, value = candidate, value * 1000
    return value, prefix


def _binary(value: float) -> str:
    return f"{value:.4g}" if abs(value) <= 1 else _large(value, _BINARY, 1024)


def _percentage(value: float) -> str:
    return f"{value * 100:.4g}%"


def _duration(value: float) -> str:
    if abs(value) < 1:
        scaled, prefix = _small(value) if value else (value, "")
        return f"{scaled:.4g}{prefix}s"
    sign, seconds = "-" if value < 0 else "", int(abs(value))
    days, hours, minutes = seconds // _DAY, seconds // _HOUR % 24, seconds // _MINUTE % 60
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds % 60}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds % 60}s"
    return f"{sign}{minutes}m {seconds % 60}s" if minutes else f"{value:.4g}s"
