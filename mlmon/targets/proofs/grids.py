"""How often the rules are evaluated in a proof: as seldom as its windows and `for` allow, since that is its cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.targets.proofs.states import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.units import Duration

_STEPS: Final = tuple(map(Decimal, (3600, 1800, 900, 300, 150, 60, 30, 15, 10, 5, 1)))
_MINUTE, _FEW_MINUTES, _HOUR, _DAY = map(Decimal, (60, 300, 3600, 86400))
_SAMPLES: Final = 5
"""Samples that a window must hold at least, so that half and twice the window can be told from it."""


def grid(waits: Iterable[Duration | None], windows: Iterable[Duration], *, at_most: Decimal = _HOUR) -> Grid:
    """Return the grid for an alert's `for` and `keep_firing_for` (`waits`) and the windows that it looks back on."""
    spans = [wait.seconds for wait in waits if wait is not None and wait.seconds]
    widths = [window.seconds for window in windows]
    longest, shortest = max([*spans, *widths], default=Decimal(60)), min(widths, default=_HOUR)
    seldom = longest >= _DAY and (not widths or shortest >= _DAY)
    coarse = _MINUTE if longest <= _HOUR else _HOUR if seldom else _FEW_MINUTES
    fits = [
        step
        for step in _STEPS
        if step <= min(coarse, at_most) and all(span % step == 0 and span > step for span in spans)
    ]
    step = fits[0] if fits else Decimal(1)
    return Grid(step, next(sample for sample in _STEPS if sample <= step and _holds(shortest, sample, step)))


def _holds(window: Decimal, sample: Decimal, step: Decimal) -> bool:
    return step % sample == 0 and (window >= sample * _SAMPLES or sample == 1)
