"""What is said about an SLO, free of any format."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mlmon.plan.slo import BurnTier, Slo
from mlmon.units import Duration


@dataclass(frozen=True)
class Allowance:
    """What the objective allows within `window`: seconds of total outage, and bad events where traffic is known."""

    window: Duration
    outage: Decimal
    errors: Decimal | None


@dataclass(frozen=True)
class Between:
    """Seconds, from the best case to the worst: when scrapes and evaluations happen is not known."""

    earliest: Decimal
    latest: Decimal


@dataclass(frozen=True)
class Reaction:
    """How one tier reacts to one outage; what it does not notice has no `fires`, and `why` says why.

    `cost` is the share of the budget that is gone at the latest moment at which it fires; `resolves` counts from the
    end of the outage.
    """

    tier: BurnTier
    fires: Between | None
    resolves: Between | None
    cost: Decimal | None
    why: str = ""


@dataclass(frozen=True)
class Outage:
    """A constant share of bad events, and what each tier does about it."""

    ratio: Decimal
    name: str
    reactions: tuple[Reaction, ...]


@dataclass(frozen=True)
class Explanation:
    """All of it for one SLO. `rate` is in events per second; None where nobody has said."""

    slo: Slo
    rate: Decimal | None
    allowances: tuple[Allowance, ...]
    outages: tuple[Outage, ...]
    never: tuple[str, ...]
