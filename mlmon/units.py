"""Human units: durations, ratios and sizes as people write them, kept exact as Decimal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import total_ordering
from typing import Final

_SECONDS: Final = {
    "w": Decimal(604800),
    "d": Decimal(86400),
    "h": Decimal(3600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
}
# Weeks print as days: dashboards and rule names in the field say 7d and 28d.
_PRINTED: Final = {unit: int(seconds * 1000) for unit, seconds in _SECONDS.items() if unit != "w"}
_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|[wdhms])")
_RATE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)/([smhd])")
_BYTES: Final = {"B": 1, **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGTP", start=1)}}
_BYTES_DECIMAL: Final = {f"{prefix}B": 1000**power for power, prefix in enumerate("kMGTP", start=1)}
_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]+)")

Scalar = str | int | Decimal
"""A YAML scalar before its unit is known: text, whole number or exact decimal."""


class UnitError(ValueError):
    """A value that is not of the unit asked for; `advice` says what to write instead."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


@total_ordering
@dataclass(frozen=True)
class Duration:
    """A length of time in exact seconds; prints the way Prometheus reads it (`1h30m`, `500ms`)."""

    seconds: Decimal

    @classmethod
    def of(cls, text: str) -> Duration:
        """Read `500ms`, `5m`, `1h30m`, `7d`. Raises UnitError for anything else."""
        parts = _PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise UnitError(f'"{text}" is not a duration', "write a number and a unit: 500ms, 30s, 5m, 6h, 7d or 2w")
        return cls(sum((Decimal(number) * _SECONDS[unit] for number, unit in parts), Decimal(0)))

    def __lt__(self, other: Duration) -> bool:
        return self.seconds < other.seconds

    def __str__(self) -> str:
        rest, text = int(self.seconds * 1000), ""
        for unit, size in _PRINTED.items():
            if rest >= size:
                count, rest = divmod(rest, size)
                text += f"{count}{unit}"
        return text or "0s"


def plain(value: Decimal) -> str:
    """Print a Decimal without exponent or trailing zeros: `0.001`, `500000`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(ratio: Decimal) -> str:
    """Print a ratio as a percentage: 0.999 as `99.9%`."""
    return f"{plain(ratio * 100)}%"


def _number(value: Scalar, advice: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise UnitError(f'"{value}" is not a number', advice) from None
    if not number.is_finite() or not str(value).isascii():
        raise UnitError(f'"{value}" is not a finite number', advice)
    return number


def read_ratio(value: Scalar) -> Decimal:
    """Read `99.9%` or `0.999` as a ratio. Raises UnitError; the range is the caller's matter."""
    advice = "write a percentage such as 99.9%, or a ratio between 0 and 1"
    if isinstance(value, str) and value.endswith("%"):
        return _number(value[:-1].strip(), advice) / 100
    return _number(value, advice)


def read_seconds(value: Scalar) -> Decimal:
    """Read `500ms` or `7d` as seconds; a bare number is refused because its unit would be a guess."""
    if isinstance(value, str):
        return Duration.of(value).seconds
    raise UnitError(f"{value} has no unit", f"write a duration: {value}s, {value}ms, {value}m or {value}h")


def read_bytes(value: Scalar) -> Decimal:
    """Read `16GiB`, `500MB` or a number of bytes."""
    advice = "write a size such as 16GiB, 512MiB or 500MB"
    if not isinstance(value, str):
        return _number(value, advice)
    match = _SIZE.fullmatch(value)
    factor = (_BYTES | _BYTES_DECIMAL).get(match[2], 0) if match else 0
    if not match or not factor:
        raise UnitError(f'"{value}" is not a size', advice)
    return Decimal(match[1]) * factor


def read_rate(value: object) -> Decimal:
    """Read `60/h` or `5/s` as events per second; nothing per time is refused."""
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not match or Decimal(match[1]) == 0:
        raise UnitError(f'"{value}" is not a rate', "write events per time, such as 60/h or 5/s")
    return Decimal(match[1]) / _SECONDS[match[2]]


def read(value: Scalar, unit: str) -> Decimal:
    """Read a threshold in the canonical unit of its signal (seconds, ratio, bytes, or a plain number)."""
    match unit:
        case "seconds":
            return read_seconds(value)
        case "ratio":
            return read_ratio(value)
        case "bytes":
            return read_bytes(value)
        case _:
            return _number(value, f"write a plain number of {unit}")


def show(value: Decimal, unit: str) -> str:
    """Print a value for people: `500ms`, `1%`, `16GiB`, `85 °C`. The inverse of `read` where a unit is written."""
    match unit:
        case "seconds" if value == int(value * 1000) / Decimal(1000):
            return str(Duration(value))
        case "seconds":
            return f"{plain(value)}s"
        case "ratio":
            return percent(value)
        case "bytes":
            return _show_bytes(value)
        case _:
            return f"{plain(value)}{_SUFFIX.get(unit, '')}"


_SUFFIX: Final = {
    "celsius": " °C",
    "watts": " W",
    "sigma": " σ",
    "requests_per_second": "/s",
    "tokens_per_second": " tok/s",
    "usd": " USD",
}


def _show_bytes(value: Decimal) -> str:
    for name, size in reversed(_BYTES.items()):
        if value >= size and value % size == 0:
            return f"{plain(value / size)}{name}"
    return f"{plain(value)}B"
