"""What services cost a day: prices of machines, and of tokens at their present rate."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import Level, Rate
from mlmon.promql.quantities import Renderer
from mlmon.promql.text import string
from mlmon.targets.grafana.queries import guard
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
    union = "\nor\n".join(terms)
    return f"sum by (service) (\n{union}\n)" if terms else ""


def _parts(service: ServicePlan) -> Iterator[tuple[Quantity, Decimal]]:
    """What a service is charged for. What two components say of the same machines counts once."""
    seen = set()
    for component in service.components:
        for signal in component.signals:
            if signal.on("prometheus") and is_price(signal):
                counted = signal.kind == "counter"
                if not counted and signal.name in seen:
                    continue
                seen.add(signal.name)
                quantity = Rate(signal=signal) if counted else Level(signal=signal, aggregate="sum")
                yield quantity, _A_DAY[signal.unit]


def is_price(signal: Signal) -> bool:
    """Tell whether a signal is money, as a rate or counted."""
    counted = signal.kind == "counter"
    return "cost" in signal.name.split("_") and signal.unit in _A_DAY and counted == (signal.unit == "usd")
