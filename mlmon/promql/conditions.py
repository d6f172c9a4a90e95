"""Renders conditions as the expressions of alerting rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Absent, Both, BudgetSpent, BurnRate, Compare, Condition, NewCode, NoData, Written
from mlmon.promql.quantities import binding
from mlmon.promql.slo import burn_rate, no_data, spent
from mlmon.promql.text import aggregate, selector
from mlmon.units import plain

if TYPE_CHECKING:
    from mlmon.promql.quantities import Renderer

_OP: Final = {"above": ">", "below": "<"}


def condition(item: Condition, render: Renderer) -> str:
    """Return the expression that has a result exactly while the condition holds."""
    match item:
        case Compare(quantity, op, threshold):
            return f"{render.quantity(quantity)} {_OP[op]} {plain(threshold)}{_enough(item, render)}"
        case Absent(signal):
            return f"absent({selector(binding(signal).series[0])})"
        case NewCode():
            return _new_code(item)
        case Both(parts, on):
            labels = ", ".join(_labels(item, on))
            return f"\nand on ({labels})\n".join(f"({condition(part, render)})" for part in parts)
        case BurnRate(slo, tier):
            return burn_rate(slo, tier)
        case BudgetSpent(slo, notice):
            return spent(slo, notice)
        case NoData(slo, interval):
            return no_data(slo, interval)
        case Written(expr):
            return expr


def _enough(item: Compare, render: Renderer) -> str:
    """Demand that the ratio stands for enough events; the value that an alert carries remains the ratio."""
    if item.counted is None:
        return ""
    labels = ", ".join(render.labels(item.counted))
    return f"\nand on ({labels})\n{render.quantity(item.counted)} >= {item.at_least}"


def _labels(item: Both | NewCode, names: tuple[str, ...]) -> list[str]:
    bound = binding(item.signals[0])
    return [bound.label(name) for name in names]


def _new_code(item: NewCode) -> str:
    series = selector(binding(item.signal).series[0])
    labels = _labels(item, item.by)
    on = f"on ({', '.join(labels)})"
    changed = f"changes({series}[{item.window}]) > 0"
    # Looking back over a stretch, not at one moment: a gap in the scrapes an hour ago would make an old code new.
    before = f"last_over_time({series}[{item.window}] offset {item.window})"
    return aggregate(
        "max",
        labels,
        f"\n  {series} > 0\n  and {on}\n  ({changed} or ({series} unless {on} {before}))\n",
    )
