"""Fills the placeholders of an alert's texts; each target says how to write values and labels."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from mlmon.plan.conditions import Both, BudgetSpent, BurnRate, Compare, Condition, Written
from mlmon.units import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlmon.plan.model import Alert


def unit_of(condition: Condition) -> str:
    """Return the unit of the number that a condition compares (the first one's of several); `count` for none."""
    match condition:
        case Compare(quantity):
            return quantity.unit
        case Both(parts):
            return unit_of(parts[0])
        case BurnRate() | BudgetSpent():
            return "ratio"
        case Written(_, unit) if unit:
            return unit
        case _:
            return "count"


def threshold_text(alert: Alert) -> str:
    """Return the threshold as people write it, such as `500ms`; empty where the alert compares no number.

    Of conditions that hold together it is the first one's, which is also the one whose value an alert carries.
    """
    condition = alert.condition.parts[0] if isinstance(alert.condition, Both) else alert.condition
    return show(condition.threshold, unit_of(condition)) if isinstance(condition, Compare) else ""


def fill(
    text: str,
    alert: Alert,
    *,
    value: str,
    label: Callable[[str], str],
    literal: Callable[[str], str] = lambda part: part,
) -> str:
    """Fill `{service}`, `{component}`, `{threshold}`, `{for}`, `{value}` and canonical labels such as `{gpu}`.

    `value` and what `label` returns are in the target's language already; all else goes through `literal`.
    """
    known = {
        "service": literal(alert.service),
        "component": literal(alert.component),
        "threshold": literal(threshold_text(alert)),
        "for": str(alert.for_),
        "value": value,
    }
    parts = []
    for plain_text, name, _, _ in string.Formatter().parse(text):
        parts.append(literal(plain_text))
        if name is not None:
            parts.append(known[name] if name in known else label(name))
    return "".join(parts)
