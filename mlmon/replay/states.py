"""From the results of an alert's expression to the times at which it fires, as Prometheus decides them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Span:
    """A stretch of time in Unix seconds; `end` is None where it still lasts at the end of what was looked at."""

    start: float
    end: float | None

    def holds(self, moment: float) -> bool:
        """Tell whether a moment lies within it."""
        return self.start <= moment and (self.end is None or moment < self.end)

    def until(self, last: float) -> float:
        """Return its end, or the end of what was looked at."""
        return last if self.end is None else self.end


def firing(held: Sequence[float], grid: Sequence[float], hold: float, keep: float = 0) -> list[Span]:
    """Return when an alert fires that has a result at the moments `held` and is evaluated at those of `grid`.

    It is pending from its first result, fires once it has had one at every evaluation for `hold` seconds, and goes on
    for `keep` seconds without one (prometheus.io/docs, `for` and `keep_firing_for`).
    """
    results, spans = set(held), list[Span]()
    since: float | None = None
    started: float | None = None
    lost: float | None = None
    for moment in grid:
        if moment in results:
            since, lost = moment if since is None else since, None
            if started is None and moment - since >= hold:
                started = moment
            continue
        lost = moment if lost is None else lost
        if started is None:
            since = None
        elif moment - lost >= keep:
            spans.append(Span(started, moment))
            since = started = None
    return [*spans, Span(started, None)] if started is not None else spans
