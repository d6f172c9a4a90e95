"""The panels of all services, put together: what the packs draw for one service, a fleet's dashboard draws for all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlmon.plan.quantities import Quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mlmon.plan.model import Alert, Panel, PanelSeries, Plan, ServicePlan
    from mlmon.plan.quantities import Quantity


@dataclass(frozen=True)
class Member:
    """One service's part of a line; `limits` are the service's alerts on the panel."""

    service: ServicePlan
    panel: Panel
    series: PanelSeries

    @property
    def quantity(self) -> Quantity:
        """What it shows."""
        return self.series.quantity

    @property
    def limits(self) -> tuple[Alert, ...]:
        """The alerts that compare just this quantity."""
        return tuple(alert for alert in self.panel.limits if _compared(alert) == self.quantity.key)


@dataclass(frozen=True)
class Shared:
    """A panel that several services have. Each of its lines holds the members that are called the same."""

    title: str
    section: str
    draw: str
    description: str
    unit: str
    lines: dict[str, list[Member]] = field(default_factory=dict)

    @property
    def members(self) -> list[Member]:
        """The members of all lines."""
        return [member for line in self.lines.values() for member in line]

    @property
    def limits(self) -> tuple[Alert, ...]:
        """The alerts of all services whose thresholds the panel draws."""
        return tuple(dict.fromkeys(alert for member in self.members for alert in member.panel.limits))

    @property
    def main(self) -> list[Member]:
        """The line that stands for the panel in a table: the one that alerts compare, else the first."""
        lines = list(self.lines.values())
        return next((line for line in lines if any(member.limits for member in line)), lines[0])

    @property
    def about(self) -> tuple[str, str]:
        """The form and the leading signal of what it shows."""
        quantity = self.main[0].quantity
        return quantity.form, quantity.signals[0].name

    def narrowed(self) -> Shared:
        """Return it with one line where it has several quantiles of one thing, which are too many for all services."""
        quantiles = {member.quantity.key[1:2] for member in self.members if isinstance(member.quantity, Quantile)}
        if len(quantiles) != 1 or not all(isinstance(member.quantity, Quantile) for member in self.members):
            return self
        legend = next(legend for legend, line in self.lines.items() if line is self.main)
        return replace(self, lines={legend: self.main})


def shared(plan: Plan, wanted: Callable[[Panel], bool]) -> list[Shared]:
    """Return the panels that Prometheus can fill, each once for all services, in the order of services and packs."""
    found: dict[tuple[str, str, str], Shared] = {}
    for service, panel in _panels(plan):
        if not wanted(panel):
            continue
        key = (panel.title, panel.draw, panel.unit)
        known = found.setdefault(key, Shared(panel.title, panel.section, panel.draw, panel.description, panel.unit))
        for item in panel.series:
            if item.quantity.on("prometheus"):
                known.lines.setdefault(item.legend, []).append(Member(service, panel, item))
    titles = Counter(panel.title for panel in found.values() if panel.lines)
    return [
        panel if titles[panel.title] == 1 else replace(panel, title=f"{panel.title} ({panel.unit.replace('_', ' ')})")
        for panel in found.values()
        if panel.lines
    ]


def by_subject(panels: Iterable[Shared]) -> dict[tuple[str, str], Shared]:
    """Return the first panel about each thing, by the form and the leading signal of what it shows."""
    found: dict[tuple[str, str], Shared] = {}
    for panel in panels:
        found.setdefault(panel.about, panel)
    return found


def _panels(plan: Plan) -> Iterator[tuple[ServicePlan, Panel]]:
    for service in plan.services:
        yield from ((service, panel) for panel in service.panels)


def _compared(alert: Alert) -> tuple[object, ...] | None:
    quantity = getattr(alert.condition, "quantity", None)
    return quantity.key if quantity is not None else None
