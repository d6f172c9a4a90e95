"""PromQL of comparisons with the past; `series` is the recording that they look back on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.promql.text import aggregate
from mlmon.units import plain

if TYPE_CHECKING:
    from mlmon.plan.baselines import Decline, Growth, Seasonal, Shift

_WEEKS: Final = ("1w", "2w", "3w")
_BREAK: Final = "\n  "


def shift(item: Shift, series: str) -> str:
    """Render the distance from the same hour a week ago, in deviations of the week before that."""
    now, then = f"avg_over_time({series}[{item.window}])", f"avg_over_time({series}[{item.window}] offset 1w)"
    # The week before last holds nothing of a shift that began this week, however long it has lasted.
    usual, least = f"stddev_over_time({series}[1w] offset 1w)", f"{plain(item.floor)} * abs({then})"
    # With less than that week in store the deviation would be that of a few hours, and any day a shift.
    known = f"present_over_time({series}[1d] offset 13d)"
    return f"abs({now} - {then})\n/\n(\n  ((({usual} > {least}) or {least}) and {known}) > 0\n)"


def of_usual(item: Decline | Growth, series: str) -> str:
    """Render the median of the window as a share of that of the days before yesterday."""
    usual = f"quantile_over_time(0.5, {series}[{item.over}] offset 1d)"
    # The median of the window, too: one bad evaluation among good ones is not a trend.
    return f"quantile_over_time(0.5, {series}[{item.window}])\n/\n({usual} > 0)"


def seasonal(item: Seasonal, series: str, labels: tuple[str, ...]) -> str:
    """Render traffic as a share of its median at this hour of the last three weeks."""
    now = f"avg_over_time({series}[{item.window}])"
    weeks = [(week, f"avg_over_time({series}[{item.window}] offset {week})") for week in _WEEKS]
    # Told apart by a label, the three weeks are three members of one group, of which the median is taken.
    united = " or\n  ".join(f'label_replace({then}, "mlmon_week", "{week}", "", "")' for week, then in weeks)
    usual = f"({aggregate('quantile', labels, f'0.5,{_BREAK}{united}')} > {plain(item.floor)})"
    # Traffic that has stopped altogether leaves nothing to compare; it is 0 of what is usual.
    return f"({aggregate('sum', labels, now)} or 0 * {usual})\n/\n{usual}"
