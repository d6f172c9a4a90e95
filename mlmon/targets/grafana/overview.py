"""The first screen of a service's dashboard: six to eight numbers that say whether anything is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import on_backend
from mlmon.plan.moments import Age
from mlmon.plan.quantities import Quantile, Rate, Ratio, Variants
from mlmon.targets.grafana import language, looks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlmon.plan.model import Panel
    from mlmon.plan.quantities import Quantity
    from mlmon.targets.grafana.drawing import Drawing
    from mlmon.targets.grafana.firing import Firing
    from mlmon.targets.grafana.panels import Artist
    from mlmon.targets.grafana.slos import Promises

MOST: Final = 8
_P99: Final = Decimal("0.99")
_P95: Final = Decimal("0.95")


@dataclass(frozen=True)
class Overview:
    """Chooses the numbers; `shown` are panels of the plan that need not be repeated further down."""

    artist: Artist
    promises: Promises
    firing: Firing

    def drawings(self) -> list[Drawing]:
        """Return the most telling numbers of the service, at most eight."""
        counts = [self.firing.counts()] if self.has_alerts else []
        found = [*counts, *self._slos(), *self._signals(), *self._stats()]
        return [drawing for drawing in found if drawing][:MOST]

    @property
    def has_alerts(self) -> bool:
        """Tell whether any alert of the service is one of Prometheus, which alone knows ALERTS."""
        return any(on_backend(alert.condition, "prometheus") for alert in self.artist.service.alerts)

    def shown(self) -> list[Panel]:
        """Return the stat panels of the plan that stand here."""
        return [panel for panel in self.artist.service.panels if panel.draw == "stat" and _belongs(panel)]

    def _slos(self) -> Iterator[Drawing]:
        first = next((slo for slo in self.promises.slos if slo.kind == "availability"), None)
        if first:
            yield self.promises.kept(first)
        if self.promises.slos:
            yield self.promises.lowest()

    def _signals(self) -> Iterator[Drawing | None]:
        rate = self._find(lambda item: isinstance(item, Rate) and item.signal.name == "requests")
        errors = self._find(lambda item: isinstance(item, Ratio) and item.part.name == "errors")
        slowest = self._find(
            lambda item: isinstance(item, Quantile) and item.q == _P99 and item.signal.unit == "seconds"
        )
        versions = self._find(lambda item: isinstance(item, Variants))
        if rate:
            yield self.artist.stat("Request rate", "Requests per second.", rate)
        if errors:
            yield self.artist.stat("Error ratio", "Share of requests that fail.", errors)
        if language.speaks(self.artist.service):
            yield from self._speech()
        elif slowest:
            name = slowest.signals[0].name.replace("_", " ")
            yield self.artist.stat(f"p99 {name}", "One request in a hundred takes longer.", slowest)
        if versions:
            text = "Model versions that answer requests; more than one means that a rollout is under way."
            yield self.artist.stat("Model versions", text, versions, good=looks.NEUTRAL)

    def _speech(self) -> Iterator[Drawing | None]:
        """What a reader of a chat feels, instead of the length of whole answers."""
        first = self._find(
            lambda item: isinstance(item, Quantile) and item.q == _P95 and item.signal.name == language.FIRST
        )
        tokens = self._find(lambda item: isinstance(item, Rate) and item.signal.name == language.GENERATED)
        if first:
            yield self.artist.stat("p95 first token", "One request in twenty waits longer for its first token.", first)
        if tokens:
            yield self.artist.stat("Tokens a second", "Tokens generated per second.", tokens)

    def _stats(self) -> Iterator[Drawing | None]:
        # The model's age first: of a service with many stats, it is the one that no other panel implies.
        for panel in sorted(self.shown(), key=lambda item: not isinstance(item.series[0].quantity, Age)):
            yield self.artist.draw(panel)

    def _find(self, wanted: Callable[[Quantity], bool]) -> Quantity | None:
        """Return the first such quantity of any panel that is not broken down, of Prometheus if it has one."""
        found = [item.quantity for panel in self.artist.service.panels for item in panel.series]
        fitting = [quantity for quantity in found if not quantity.by and wanted(quantity)]
        fitting.sort(key=lambda quantity: not quantity.on("prometheus"))
        return next(iter(fitting), None)


def _belongs(panel: Panel) -> bool:
    quantity = panel.series[0].quantity
    return panel.section == "overview" or (isinstance(quantity, Age) and quantity.signal.name == "model_created")
