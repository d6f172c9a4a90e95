"""PromQL of where a gauge is heading, and of what it adds up to over a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.trends import TimeToZero
from mlmon.promql.text import aggregate
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.trends import Hours, Slope, Trend

RESOLUTION: Final = "5m"
"""How often a day is looked at to add it up; Prometheus sees a sample for as long after it was taken."""
_PER_HOUR: Final = 12


def along(item: Slope | TimeToZero, series: str, labels: Iterable[str]) -> str:
    """Render the growth within an hour of the fastest series, or the seconds until the soonest one reaches 0."""
    return _until_zero(item, series, labels) if isinstance(item, TimeToZero) else _per_hour(item, series, labels)


def _per_hour(item: Trend, series: str, labels: Iterable[str]) -> str:
    return aggregate("max", labels, f"\n  deriv({series}[{item.window}]) * 3600\n{_still(item, series, '>')}\n")


def _until_zero(item: Trend, series: str, labels: Iterable[str]) -> str:
    falling = f"-(deriv({series}[{item.window}]) < 0)"
    return aggregate("min", labels, f"\n  {series}\n  /\n  {falling}\n{_still(item, series, '<')}\n")


def rising(item: Trend, series: str, labels: Iterable[str]) -> str:
    """Render the growth within a second of the fastest series that grows."""
    return aggregate("max", labels, f"\n  (deriv({series}[{item.window}]) > 0)\n{_still(item, series, '>')}\n")


def _still(item: Trend, series: str, sign: str) -> str:
    return f"  and deriv({series}[{item.recent}]) {sign} 0\n  and {series} offset {item.age}"


def hours(item: Hours, total: str) -> str:
    """Render what an instant vector adds up to over the window; where it is empty it counts as 0."""
    text = f"sum_over_time(({total})[{item.window}:{RESOLUTION}]) / {_PER_HOUR}"
    text += f" * {plain(item.price)}" if item.price is not None else ""
    return text + (f" / {plain(item.budget)}" if item.budget is not None else "")
