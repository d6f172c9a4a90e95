"""Builds recordings and panels; threshold lines are the thresholds of the alerts on the same quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding
from mlmon.plan.alerts import BACKENDS
from mlmon.plan.conditions import Both, Compare
from mlmon.plan.fill import fill_value
from mlmon.plan.model import Panel, PanelSeries, Recording
from mlmon.plan.read import QuantityError, read_quantity, signal_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.packs.load import Library, LoadedPack
    from mlmon.packs.model import PanelEntry
    from mlmon.plan.model import Alert, Component
    from mlmon.plan.quantities import Quantity


def recordings(components: tuple[Component, ...], library: Library, problems: list[Finding]) -> tuple[Recording, ...]:
    """Return what is recorded for each component that has the signals in Prometheus."""
    found: list[Recording] = []
    for component, loaded in _pairs(components, library):
        for entry in loaded.pack.recordings:
            quantity = _read(entry.value, component, loaded, entry.name, problems)
            named = quantity and quantity.signals[0].names_labels(entry.needs_labels)
            if quantity and named and quantity.on("prometheus"):
                found.append(Recording(f"service:mlmon_{entry.name}", quantity, component.name))
    return tuple(found)


def panels(
    components: tuple[Component, ...], library: Library, alerts: tuple[Alert, ...], problems: list[Finding]
) -> tuple[Panel, ...]:
    """Return the panels whose signals exist, in the order of components and packs."""
    found: list[Panel] = []
    for component, loaded in _pairs(components, library):
        for entry in loaded.pack.panels:
            series = _series(entry, component, loaded, problems)
            if series and series[0].quantity.signals[0].names_labels(entry.needs_labels):
                keys = {item.quantity.key for item in series}
                limits = tuple(alert for alert in alerts if keys & _keys(alert))
                found.append(
                    Panel(entry.title, entry.section, entry.draw, entry.description, series, limits, component.name)
                )
    return tuple(found)


def _pairs(components: tuple[Component, ...], library: Library) -> Iterator[tuple[Component, LoadedPack]]:
    general = [library.packs[name] for name in library.names("alerts")]
    for component in components:
        for loaded in (*general, library.packs[component.preset]):
            yield component, loaded


def _series(
    entry: PanelEntry, component: Component, loaded: LoadedPack, problems: list[Finding]
) -> tuple[PanelSeries, ...]:
    read = [(_read(item.value, component, loaded, entry.title, problems), item.legend) for item in entry.series]
    return tuple(PanelSeries(quantity, legend) for quantity, legend in read if quantity)


def _read(
    value: dict[str, object], component: Component, loaded: LoadedPack, name: str, problems: list[Finding]
) -> Quantity | None:
    try:
        quantity = read_quantity(fill_value(value, dict(component.parameters)), component.signal)
        own = quantity and all(component.signal(signal) for signal in signal_names(value))
        return quantity if quantity and own and any(quantity.on(backend) for backend in BACKENDS) else None
    except QuantityError as error:
        message = f"{loaded.pack.metadata.name}, {name}: {error}"
        problems.append(Finding(rule="pack-quantity", message=message, advice="correct the pack"))
        return None


def _keys(alert: Alert) -> set[tuple[object, ...]]:
    condition = alert.condition
    parts = condition.parts if isinstance(condition, Both) else (condition,)
    # One half of a conjunction is no threshold of its own: a line there would promise an alert that needs more.
    return (
        {part.quantity.key for part in parts if isinstance(part, Compare)} if not isinstance(condition, Both) else set()
    )
