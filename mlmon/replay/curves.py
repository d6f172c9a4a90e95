"""The numbers that a replay's picture shows: what the alerts that fired look at, and the golden signals beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Both, BurnRate, Compare, on_backend
from mlmon.plan.words import quantity_words
from mlmon.promql import slo as expr
from mlmon.promql.quantities import Renderer
from mlmon.replay.model import Curve, Fired, Limit
from mlmon.units import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlmon.plan.conditions import Condition
    from mlmon.plan.model import Alert, ServicePlan
    from mlmon.plan.quantities import Quantity
    from mlmon.replay.judge import Store

_MOST: Final = 10
_LINES: Final = 6
_POINTS: Final = 300
_GOLDEN: Final = ("traffic", "errors", "latency")

Lines = tuple[tuple[str, tuple[tuple[float, float], ...]], ...]


def curves(server: Store, service: ServicePlan, fired: Sequence[Fired], grid: Sequence[float]) -> tuple[Curve, ...]:
    """Return the curves: golden signals first, then what fired. Raises ReplayError."""
    quantities: dict[tuple[object, ...], Quantity] = {item.key: item for item in _golden(service)}
    for item in fired:
        for compare in _compares(item.alert.condition):
            quantities.setdefault(compare.quantity.key, compare.quantity)
    render = Renderer(service)
    found = [
        Curve(_capital(quantity_words(item)), item.unit, lines, limits(service.alerts, key), _about(fired, key))
        for key, item in list(quantities.items())[:_MOST]
        if (lines := _lines(server, render.quantity(item), grid))
    ]
    return (*found, *_burns(server, service, fired, grid))


def limits(alerts: Sequence[Alert], key: tuple[object, ...]) -> tuple[Limit, ...]:
    """Return the thresholds that a service's alerts have on a quantity."""
    found = {
        (alert.severity, float(compare.threshold)): None
        for alert in alerts
        if not isinstance(alert.condition, Both)
        for compare in _compares(alert.condition)
        if compare.quantity.key == key
    }
    return tuple(Limit(severity, value) for severity, value in found)


def _golden(service: ServicePlan) -> Iterator[Quantity]:
    for section in _GOLDEN:
        panels = (panel for panel in service.panels if panel.section == section and panel.draw == "timeseries")
        shown = next((panel for panel in panels if panel.series[0].quantity.on("prometheus")), None)
        if shown:
            yield shown.series[0].quantity


def _compares(condition: Condition) -> list[Compare]:
    parts = condition.parts if isinstance(condition, Both) else (condition,)
    return [part for part in parts if isinstance(part, Compare) and on_backend(part, "prometheus")]


def _about(fired: Sequence[Fired], key: tuple[object, ...]) -> tuple[Fired, ...]:
    return tuple(item for item in fired if any(part.quantity.key == key for part in _compares(item.alert.condition)))


def _burns(server: Store, service: ServicePlan, fired: Sequence[Fired], grid: Sequence[float]) -> Iterator[Curve]:
    for slo in service.slos:
        burning = [
            item for item in fired if isinstance(item.alert.condition, BurnRate) and item.alert.condition.slo == slo
        ]
        if not burning:
            continue
        tiers = {item.alert.condition.tier: None for item in burning if isinstance(item.alert.condition, BurnRate)}
        windows = {f"over {tier.long}": expr.series(expr.RATIO, slo, tier.long) for tier in tiers}
        lines = [(name, line) for name, text in windows.items() for _, line in _lines(server, text, grid)]
        bounds = tuple(Limit(tier.severity, float(tier.threshold(slo.objective))) for tier in tiers)
        title = f"Bad events of the {slo.name} SLO ({percent(slo.objective)})"
        yield Curve(title, "ratio", tuple(lines[:_LINES]), bounds, tuple(burning))


def _lines(server: Store, expression: str, grid: Sequence[float]) -> Lines:
    step = grid[1] - grid[0]
    every = max(round((grid[-1] - grid[0]) / _POINTS / step), 1) * step
    found = [
        (_legend(labels), tuple((at, _settled(value)) for at, value in samples if abs(value) < float("inf")))
        for labels, samples in server.range(expression, grid[0], grid[-1], every)
    ]
    return tuple(sorted((name, line) for name, line in found if line)[:_LINES])


def _settled(value: float) -> float:
    """Prometheus adds series up in an order that changes, and with it the last digits of a sum."""
    return float(f"{value:.9g}")


def _legend(labels: dict[str, str]) -> str:
    hidden = {"__name__", "service", "component", "slo"}
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items()) if name not in hidden)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
