"""What the metrics of one component are called in its class, and what makes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.buckets import bounds
from mlmon.targets.instrumentation.families import Exposed, Family
from mlmon.targets.instrumentation.labels import in_code
from mlmon.targets.instrumentation.python import identifier, listed, prose, string

if TYPE_CHECKING:
    from mlmon.plan.model import ServicePlan
    from mlmon.plan.signals import Signal

_RESERVED: Final = frozenset(
    {
        "asked", "begin", "bounded", "change_version", "end", "grouping", "metric", "prepare",
        "set_for_version", "values", "versioned",
    }
)  # fmt: skip
"""Private names of the base classes."""
_SUMS_UP: Final = frozenset({"requests"})
"""Units of gauges that count what each process holds; of other gauges the value that was set last is right."""


@dataclass(frozen=True)
class Members:
    """The metrics of one component of a service."""

    item: Exposed
    service: ServicePlan

    @cached_property
    def names(self) -> dict[Signal, str]:
        """What each signal is called in the module."""
        found: dict[Signal, str] = {}
        for family in self.item.families:
            for signal in family.members:
                found[signal] = identifier(signal.name, {*_RESERVED, *found.values()})
        return found

    def attribute(self, family: Family) -> str:
        """Return the attribute that holds a metric."""
        return f"self._{self.names[family.leading]}"

    def arguments(self, family: Family, indent: int) -> list[str]:
        """Return the arguments that make a metric."""
        labels = [string(in_code(label)) for label in family.labels]
        made = [family.kind, string(family.name), prose(family.leading.help, indent)]
        made += [listed(labels, indent)] if labels else []
        if family.kind == "Histogram":
            numbers = [repr(float(bound)) for bound in bounds(family.leading, self.service)]
            made.append(listed(numbers, indent, "buckets="))
        if family.kind == "Gauge":
            sums = "sum" if family.poses else "livesum" if family.leading.unit in _SUMS_UP else "mostrecent"
            made.append(f"multiprocess_mode={string(sums)}")
        return made
