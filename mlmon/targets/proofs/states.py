"""What a proof puts a quantity through, and how the quantity answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mlmon.targets.proofs.window import AT_ONCE, Lag

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from mlmon.targets.proofs.inputs import Stream


class State(Enum):
    """Where a quantity stands."""

    WELL = "healthy"
    SHORT = "just short of the threshold"
    BEYOND = "just beyond the threshold"
    GONE = "without any series"


@dataclass(frozen=True)
class Grid:
    """Seconds between two evaluations, and between two samples."""

    step: Decimal
    spacing: Decimal

    @property
    def per_tick(self) -> int:
        """Samples between two evaluations."""
        return int(self.step / self.spacing)


@dataclass(frozen=True)
class Span:
    """A stretch of the proof during which nothing is changed: ticks before it, and how many it has."""

    start: int
    ticks: int


@dataclass(frozen=True)
class Form:
    """One comparison, driven through the states.

    `streams` gives the input of a stretch, in any state but GONE; `value` gives the quantity so many ticks after it has
    gone beyond and has settled, None where that is not a plain number. `enter` says when the comparison holds after
    SHORT has become BEYOND, `leave` when it no longer does after BEYOND has become `leaves_by`, and `settled` after how
    many ticks nothing earlier is seen.
    """

    streams: Callable[[State, Span], tuple[Stream, ...]]
    value: Callable[[int], Decimal | None]
    has_short: bool
    enter: Lag = AT_ONCE
    leave: Lag = AT_ONCE
    settled: int = 2
    leaves_by: State = State.WELL
