"""Quantities that compare a gauge holding a moment, in Unix seconds, with now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from mlmon.plan.quantities import NonNegative, Quantity
from mlmon.plan.signals import Signal


@dataclass(frozen=True, kw_only=True)
class Age(NonNegative):
    """Seconds since a timestamp, the newest of its series."""

    form: ClassVar[str] = "age"
    signal: Signal

    @property
    def unit(self) -> str:
        """Seconds."""
        return "seconds"


@dataclass(frozen=True, kw_only=True)
class TimeLeft(Quantity):
    """Seconds until a timestamp, the earliest of its series; negative once it has passed."""

    form: ClassVar[str] = "time_left"
    signal: Signal

    @property
    def unit(self) -> str:
        """Seconds."""
        return "seconds"

    @property
    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """Any number of seconds, in the past as well."""
        return None, None
