"""Expressions of the generated code: the series of a signal, and its value in the metric's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.labels import in_code
from mlmon.targets.instrumentation.python import bracketed, identifier, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlmon.plan.signals import Signal
    from mlmon.targets.instrumentation.families import Family
    from mlmon.targets.instrumentation.labels import Value

_SHORT: Final = 40
"""Longer than that, label values get a line of their own."""


def in_unit(expression: str, signal: Signal) -> str:
    """Convert a value in the signal's unit into the metric's own."""
    scale = signal.prometheus.scale if signal.prometheus else 1
    return expression if scale == 1 else f"{expression} / {float(scale)!r}"


def argument(canonical: str) -> str:
    """Return the parameter by which a caller gives a label."""
    return identifier(canonical, ("self", "value", "amount", "moment"))


def outcome_variable(label: str) -> str:
    """Return the local variable that holds the value of a label which tells outcomes apart."""
    return identifier(label, ("self", "call", "labels"))


def label_list(family: Family, values: Mapping[str, Value], call: str = "", indent: int = 8) -> list[str]:
    """Return the statement that makes the label values of a series; `call` is what knows version and labels."""
    return bracketed("labels = [", [_item(label, values[label], call) for label in family.labels], "]", indent)


def series(
    metric: str, family: Family, values: Mapping[str, Value], call: str = "", indent: int = 8
) -> tuple[list[str], str]:
    """Return what comes before, and the expression of a series."""
    items = ", ".join(_item(label, values[label], call) for label in family.labels)
    if not items:
        return [], metric
    if len(metric) + len(items) <= _SHORT and items.isascii():
        return [], f"{metric}.labels({items})"
    return label_list(family, values, call, indent), f"{metric}.labels(*labels)"


def _item(label: str, value: Value, call: str) -> str:
    match value.kind:
        case "fixed":
            return string(value.text)
        case "version":
            return f"{call or 'self'}.version"
        case "outcome":
            return outcome_variable(value.text)
    asked = f'{call}.labels.get({string(value.text)}, "")' if call else argument(value.text)
    return f"self._bounded({string(in_code(label))}, {asked})"
