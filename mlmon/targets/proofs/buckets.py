"""Distributions over the buckets of a histogram that have a given quantile."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

TOP: Final = "+Inf"
"""The bucket that counts every observation."""
_COMMON: Final = tuple(Decimal(digit).scaleb(power) for power in range(-4, 7) for digit in (1, 2, 5))
"""Bounds where a binding names none."""


def cumulative(bounds: Sequence[Decimal], value: Decimal, q: Decimal, count: Decimal) -> dict[str, Decimal]:
    """Return the count in each bucket, by its `le`, of `count` observations whose quantile `q` is `value`.

    `value` and `bounds` are in the metric's unit; without known bounds common ones are taken. Raises UnknownInputError
    for a value that lies in no finite bucket, and for one below the share `q` of the first bucket, which no quantile
    can show.
    """
    known = sorted(bounds) or list(_COMMON)
    upper = next((limit for limit in known if limit > value), None)
    if upper is None or value < 0:
        raise UnknownInputError(f"{plain(value)} is not below the top bucket {plain(known[-1])}")
    lower = max((limit for limit in known if limit <= value), default=Decimal(0))
    within, below = _split(q, (value - lower) / (upper - lower), count)
    if below and lower not in known:
        raise UnknownInputError(
            f"no quantile {plain(q)} is as low as {plain(value)} with a first bucket up to {plain(upper)}"
        )
    found = {plain(limit): _up_to(limit, lower, upper, below, within) for limit in known}
    return {**found, TOP: count}


def _split(q: Decimal, share: Decimal, count: Decimal) -> tuple[Decimal, Decimal]:
    """Return how many are in the value's bucket and how many below it; the rest is above.

    `share` of the observations in the bucket count as below the value, since the quantile is interpolated.
    """
    if share <= q:
        below = count * (q - share) / (1 - share)
        return count - below, below
    return count * q / share, Decimal(0)


def _up_to(limit: Decimal, lower: Decimal, upper: Decimal, below: Decimal, within: Decimal) -> Decimal:
    if limit < lower or (limit == lower and not below):
        return Decimal(0)
    return below if limit < upper else below + within


def at_or_below(counts: dict[str, Decimal], value: Decimal) -> Decimal:
    """Return how many observations count as at most `value`, interpolated as histogram_quantile does."""
    limits = [(Decimal(le), count) for le, count in counts.items() if le != TOP]
    low, less = Decimal(0), Decimal(0)
    for limit, count in limits:
        if limit > value:
            return less + (count - less) * (value - low) / (limit - low)
        low, less = limit, count
    return less
