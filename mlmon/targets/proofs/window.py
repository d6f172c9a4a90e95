"""When a condition over a window begins and ceases to hold after its input has changed.

promtool 2 counts a sample on either edge of a range and promtool 3 only the one on the right, so that every answer is
the earliest and the latest tick; in between nothing is asserted.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


@dataclass(frozen=True)
class Lag:
    """Ticks after a change of the input: nothing shows before `first`, everything does from `last` on."""

    first: int
    last: int


AT_ONCE = Lag(1, 1)
"""The first tick that sees the new input."""


@dataclass(frozen=True)
class Window:
    """How many samples a window may hold, and how many of them come between two ticks."""

    sizes: tuple[int, int]
    per_tick: int

    def until(self, before: Decimal, after: Decimal) -> Lag:
        """Return when the mean over the window changes sign, from `before` to `after`; 0 is not beyond.

        Where it would touch 0 exactly, rounding decides, and the tick after that is allowed too.
        """
        needed = [Decimal(size) * before / (before - after) for size in self.sizes]
        first = min(needed).to_integral_value(ROUND_CEILING)
        last = max(needed).to_integral_value(ROUND_FLOOR) + 1
        return Lag(self.ticks(max(int(first), 1)), self.ticks(int(last)))

    def passed(self) -> Lag:
        """Return when nothing of the old input is left in the window."""
        return Lag(self.ticks(min(self.sizes)), self.ticks(max(self.sizes)))

    @property
    def settled(self) -> int:
        """Ticks after which the window certainly holds the new input only."""
        return self.ticks(max(self.sizes)) + 1

    def ticks(self, samples: int) -> int:
        """Return how many ticks it takes until so many new samples are seen."""
        return -(-samples // self.per_tick)
