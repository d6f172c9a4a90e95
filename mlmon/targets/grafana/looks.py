"""Units and colours: one meaning, one look, in every panel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Compare
from mlmon.targets.grafana.drawing import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Alert
    from mlmon.plan.routing import Routing
    from mlmon.plan.signals import Signal

GOOD: Final = "green"
NEUTRAL: Final = "blue"
HIDDEN: Final = "transparent"

# Grafana's ids: an unknown one is no error there, it is printed behind the number without any scaling.
_UNITS: Final = {
    "ratio": "percentunit",
    "percent": "percent",
    "seconds": "s",
    "bytes": "bytes",
    "bytes_per_second": "binBps",
    "requests_per_second": "reqps",
    "celsius": "celsius",
    "watts": "watt",
    "joules": "joule",
    "usd": "currencyUSD",
}
_MONEY: Final = "currencyUSD"
_SHORT: Final = "short"
_BUCKET_UNITS: Final = {
    ("seconds", Decimal(1)): "s",
    ("seconds", Decimal("0.001")): "ms",
    ("seconds", Decimal("0.000001")): "µs",
    ("bytes", Decimal(1)): "bytes",
    ("ratio", Decimal(1)): "percentunit",
    ("ratio", Decimal("0.01")): "percent",
}


def unit(canonical: str) -> str:
    """Return Grafana's id of a unit; counts of things are `short` and named on the axis."""
    return _MONEY if canonical.split("_", maxsplit=1)[0] == "usd" else _UNITS.get(canonical, _SHORT)


def axis_label(canonical: str) -> str:
    """Return what the axis says where the unit cannot: `tokens/s`, `threads`."""
    if unit(canonical) != _SHORT:
        return ""
    if canonical == "seconds_per_second":
        return "seconds per second"
    return canonical.replace("_per_second", "/s").replace("_", " ")


def bucket_unit(signal: Signal) -> str:
    """Return the unit of a histogram's bounds, which are in the metric's own unit."""
    scale = signal.prometheus.scale if signal.prometheus else Decimal(1)
    return _BUCKET_UNITS.get((signal.unit, scale), _SHORT)


@dataclass(frozen=True)
class Palette:
    """Colours of severities: what pages is red, the next one orange, the others blue."""

    routing: Routing

    def colour(self, severity: str) -> str:
        """Return a severity's colour."""
        if self.routing.severity(severity).paging:
            return "red"
        first = next((item.name for item in self.routing.severities if not item.paging), "")
        return "orange" if severity == first else NEUTRAL

    def rank(self, severity: str) -> int:
        """Return a severity's place in the order, 0 for the most urgent."""
        return [item.name for item in self.routing.severities].index(severity)

    def lines(self, alerts: Iterable[Alert]) -> tuple[Step, ...]:
        """Return a line for each threshold; of alerts with the same one, the most urgent gives the colour."""
        chosen: dict[Decimal, Alert] = {}
        for alert in sorted(_comparing(alerts), key=lambda item: self.rank(item.severity)):
            if alert.threshold is not None:
                chosen.setdefault(alert.threshold, alert)
        lines = [Step(value, self.colour(chosen[value].severity)) for value in sorted(chosen)]
        return (Step(None, HIDDEN), *lines)

    def states(self, alerts: Iterable[Alert]) -> tuple[Step, ...]:
        """Return colours of codes: 0 is good and the rest is not, unless an alert fires below a code."""
        conditions = [alert.condition for alert in alerts]
        below = [found.threshold for found in conditions if isinstance(found, Compare) and found.op == "below"]
        return (Step(None, "red"), Step(max(below), GOOD)) if below else (Step(None, GOOD), Step(Decimal(1), "red"))

    def zones(self, alerts: Iterable[Alert], good: str = GOOD) -> tuple[Step, ...]:
        """Return colours of ranges: in each, that of the most urgent alert that would fire there."""
        comparing = _comparing(alerts)
        bounds = sorted({alert.threshold for alert in comparing if alert.threshold is not None})
        steps: list[Step] = []
        for start, inside in zip((None, *bounds), _within(bounds), strict=True):
            firing = [alert.severity for alert in comparing if _fires(alert, inside)]
            colour = self.colour(min(firing, key=self.rank)) if firing else good
            if not steps or steps[-1].colour != colour:
                steps.append(Step(start, colour))
        return tuple(steps)


def _within(bounds: list[Decimal]) -> list[Decimal]:
    """Return a value between each two bounds, one below all of them and one above."""
    if not bounds:
        return [Decimal(0)]
    return [bounds[0] - 1, *((low + high) / 2 for low, high in pairwise(bounds)), bounds[-1] + 1]


def _comparing(alerts: Iterable[Alert]) -> list[Alert]:
    return [alert for alert in alerts if isinstance(alert.condition, Compare)]


def _fires(alert: Alert, value: Decimal) -> bool:
    condition = alert.condition
    if not isinstance(condition, Compare):
        return False
    return value > condition.threshold if condition.op == "above" else value < condition.threshold
