"""The method by which the code tells one signal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.expressions import argument, in_unit, label_list, series
from mlmon.targets.instrumentation.families import given
from mlmon.targets.instrumentation.outcomes import values
from mlmon.targets.instrumentation.python import bracketed, docstring

if TYPE_CHECKING:
    from mlmon.plan.signals import Signal
    from mlmon.targets.instrumentation.families import Family
    from mlmon.targets.instrumentation.members import Members


@dataclass(frozen=True)
class _Verb:
    """How a kind of signal is told: the method's prefix, its parameter, the value, and the library's method."""

    prefix: str
    parameter: str
    value: str
    method: str


_VERBS: Final = {
    "counter": _Verb("count", "amount: float = 1.0", "amount", "inc"),
    "gauge": _Verb("set", "value: float", "value", "set"),
    "timestamp": _Verb("set", "moment: datetime | float | None = None", "_timestamp(moment)", "set"),
    "histogram": _Verb("observe", "value: float", "value", "observe"),
}
_UNITS: Final = {"ratio": ", from 0 to 1", **{unit: f", in {unit}" for unit in ("seconds", "bytes", "percent")}}


def setter(owner: Members, family: Family, signal: Signal) -> list[str]:
    """Return the method of one signal."""
    verb = _VERBS["histogram" if family.kind == "Summary" else signal.kind]
    labels = values(owner.item, family, signal)
    asked = [f"{argument(name)}: str" for name in given(labels.values())]
    parameters = ["self", verb.parameter, *(["*", *asked] if asked else [])]
    head = bracketed(f"def {verb.prefix}_{owner.names[signal]}(", parameters, ") -> None:", 4)
    unit = "" if signal.kind == "timestamp" else _UNITS.get(signal.unit, "")
    text = f"{signal.help.rstrip('. ')}{unit}: `{family.name}`."
    value = in_unit(verb.value, signal)
    if family.kind != "Gauge" or family.poses:
        before, found = series(owner.attribute(family), family, labels)
        return [*head, *docstring(text, 8), *before, f"        {found}.{verb.method}({value})"]
    made = bracketed("gauge = self._metric(", owner.arguments(family, 12), ")", 8)
    if any(item.kind == "version" for item in labels.values()):
        before = label_list(family, labels)
        return [*head, *docstring(text, 8), *made, *before, f"        self._set_for_version(gauge, labels, {value})"]
    before, found = series("gauge", family, labels)
    return [*head, *docstring(text, 8), *made, *before, f"        {found}.set({value})"]
