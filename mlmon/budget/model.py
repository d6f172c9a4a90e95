"""What the report consists of: frozen, computed, and free of any format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from mlmon.plan.slo import Slo
from mlmon.promql.slo import CHUNK

CHUNK_SECONDS: Final = int(CHUNK.seconds)
"""Length of the chunks in which mlmon's rules record an SLO's events."""
STALE_SECONDS: Final = 3600
"""Without a chunk for longer than this an SLO is no longer measured."""


@dataclass(frozen=True)
class Chunk:
    """Events of the five minutes that end at `end` (Unix seconds); a chunk that was not recorded does not exist."""

    end: int
    errors: Decimal
    events: Decimal


@dataclass(frozen=True)
class Span:
    """The period that a budget is for: from `start` to `end`, of which all before `now` has happened (Unix seconds)."""

    start: int
    now: int
    end: int

    @property
    def elapsed(self) -> int:
        """Seconds of the period that have happened."""
        return self.now - self.start


@dataclass(frozen=True)
class Day:
    """What a day (UTC) cost; `events` is None where nothing was recorded."""

    day: date
    errors: Decimal
    events: Decimal | None
    share: Decimal


@dataclass(frozen=True)
class Incident:
    """A stretch that burned faster than the slowest tier tolerates; `share` is what it cost of the budget."""

    start: int
    end: int
    errors: Decimal
    events: Decimal
    share: Decimal
    ongoing: bool


@dataclass(frozen=True)
class Projection:
    """When nothing will be left: seconds from now by which 10, 50 and 90 of 100 possible futures have used it up.

    None: not within `horizon` seconds. `likelihood` is the share of futures in which it happens within the horizon.
    """

    early: int | None
    middle: int | None
    late: int | None
    likelihood: Decimal
    horizon: int


@dataclass(frozen=True)
class Burn:
    """How many times faster than evenly the budget burned over the last `hours`; None without events."""

    hours: int
    rate: Decimal | None


@dataclass(frozen=True)
class Budget:
    """One budget that is measured. `group` holds the labels of one group of a grouped SLO."""

    slo: Slo
    group: tuple[tuple[str, str], ...]
    span: Span
    chunks: tuple[Chunk, ...]
    errors: Decimal
    events: Decimal
    coverage: Decimal
    days: tuple[Day, ...]
    incidents: tuple[Incident, ...]
    burns: tuple[Burn, ...]
    projection: Projection | None

    @property
    def is_stale(self) -> bool:
        """Whether the last hour and more is missing, so that what happens now is not known."""
        return self.span.now - self.chunks[-1].end > STALE_SECONDS

    @property
    def ratio(self) -> Decimal:
        """Share of events that were bad."""
        return self.errors / self.events

    @property
    def allowed(self) -> Decimal:
        """Bad events that the objective allows for the events that there were."""
        return self.slo.budget * self.events

    @property
    def left_events(self) -> Decimal:
        """Bad events (or seconds) that may still happen; negative when there were too many."""
        return self.allowed - self.errors

    @property
    def left(self) -> Decimal:
        """Share of the budget that is left; negative when more than all of it is spent."""
        return 1 - self.errors / self.allowed

    @property
    def scattered(self) -> Decimal:
        """Share of the budget that was spent outside of incidents."""
        return (self.errors - sum((incident.errors for incident in self.incidents), Decimal(0))) / self.allowed


@dataclass(frozen=True)
class Unmeasured:
    """A budget of which nothing is known, and why; it is neither full nor empty."""

    slo: Slo
    group: tuple[tuple[str, str], ...]
    span: Span
    reason: str


Entry = Budget | Unmeasured
"""One line of the report."""


@dataclass(frozen=True)
class Verdict:
    """What the policy says about releases of the service while one budget stands as it does."""

    entry: Entry
    freeze: bool
    reason: str


@dataclass(frozen=True)
class Report:
    """Everything that is rendered. `source` is the address of Prometheus, `now` the moment of the report."""

    now: int
    source: str
    min_budget: Decimal | None
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()

    @property
    def freeze(self) -> bool:
        """Whether any budget calls for a freeze."""
        return any(verdict.freeze for verdict in self.verdicts)
