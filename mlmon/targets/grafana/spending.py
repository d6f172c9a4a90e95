"""What services cost a day: prices of machines, and of tokens at their present rate."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import Level, Rate
from mlmon.plan.trends import Hours
from mlmon.promql.quantities import Renderer
from mlmon.promql.text import string
from mlmon.targets.grafana.queries import guard, union
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.plan.quantities import Quantity
    from mlmon.plan.signals import Signal

_A_DAY: Final = {"usd_per_day": Decimal(1), "usd_per_hour": Decimal(24), "usd": Decimal(86400)}
"""Units of prices by time, and of money that is counted by the second, to what makes a day of them."""


def a_day(plan: Plan) -> str:
    """Return the US dollars a day of each service, by the label `service`; empty where none knows its price."""
    terms = []
    for service in plan.services:
        for index, (quantity, factor) in enumerate(_parts(service)):
            price = guard(Renderer(service).quantity(quantity))
            term = f"{price} * {plain(factor)}" if factor != 1 else price
            named = f'label_replace({term}, "service", {string(service.name)}, "", "")'
            terms.append(f'label_replace({named}, "mlmon_part", "{index}", "", "")' if index else named)
    return f"sum by (service) (\n{union(terms)}\n)" if terms else ""


def _parts(service: ServicePlan) -> Iterator[tuple[Quantity, Decimal]]:
    """What a service is charged for: tokens, and its machines once, however many presets know what these cost."""
    prices = [
        signal for part in service.components for signal in part.signals if signal.on("prometheus") and is_price(signal)
    ]
    yield from ((Rate(signal=signal), _A_DAY[signal.unit]) for signal in prices if signal.kind == "counter")
    known = ((signal, _A_DAY[signal.unit]) for signal in prices if signal.kind != "counter")
    for signal, factor in islice(chain(_machines(service), known), 1):
        yield Level(signal=signal, aggregate="sum"), factor


def _machines(service: ServicePlan) -> Iterator[tuple[Signal, Decimal]]:
    """Signals of presets made to account for machines, with the price of one for a day."""
    for item in (line for panel in service.panels for line in panel.series):
        hours = item.quantity
        if isinstance(hours, Hours) and hours.what == "used" and hours.price is not None:
            yield hours.signal, hours.price * 24


def is_price(signal: Signal) -> bool:
    """Tell whether a signal is money, as a rate or counted."""
    counted = signal.kind == "counter"
    return _is_cost(signal) and signal.unit in _A_DAY and counted == (signal.unit == "usd")


def is_spending(quantity: Quantity) -> bool:
    """Tell whether a quantity is about money, or about a share of what may be spent."""
    if isinstance(quantity, Hours) and (quantity.price is not None or quantity.budget is not None):
        return True
    return any(_is_cost(signal) for signal in quantity.signals)


def _is_cost(signal: Signal) -> bool:
    return "cost" in signal.name.split("_")
