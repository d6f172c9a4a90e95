"""Metrics of a component: signals that are read from one metric name belong to one family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlmon.plan.cardinality import is_content
from mlmon.targets.instrumentation.labels import Labels, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Component, ServicePlan
    from mlmon.plan.signals import Signal

Kind = Literal["Counter", "Gauge", "Histogram", "Summary"]


@dataclass(frozen=True)
class Family:
    """One metric of the client library, and the signals that are read from it."""

    name: str
    kind: Kind
    members: tuple[Signal, ...]
    labels: tuple[str, ...]

    @property
    def leading(self) -> Signal:
        """The signal that it is described by: the histogram itself, or all requests, not a part of them."""
        return min(self.members, key=lambda signal: (signal.kind != "histogram", signal.name != "requests"))

    @property
    def poses(self) -> bool:
        """Whether a counter has to be a gauge for the library, which would append `_total` to its name."""
        return self.kind == "Gauge" and self.leading.kind == "counter"


@dataclass(frozen=True)
class Exposed:
    """What one component's code exposes, and the signals that it cannot, with the reason."""

    component: Component
    labels: Labels
    families: tuple[Family, ...]
    left_out: tuple[tuple[Signal, str], ...]

    def signal(self, name: str) -> Signal | None:
        """Return one of the signals that are exposed."""
        return next((signal for family in self.families for signal in family.members if signal.name == name), None)

    def family(self, signal: Signal) -> Family:
        """Return the family of a signal that is exposed."""
        return next(family for family in self.families if signal in family.members)


def exposed(component: Component, service: ServicePlan) -> Exposed:
    """Return what the code of a component has to expose."""
    signals = tuple(signal for signal in component.signals if signal.prometheus and not signal.builtin)
    labels = Labels(service, component, signals)
    reasons = {signal: reason for signal in signals if (reason := _obstacle(signal, labels))}
    possible = [signal for signal in signals if signal not in reasons]
    histograms = {_metric(signal) for signal in possible if signal.kind == "histogram"}
    groups: dict[tuple[str, Kind], list[Signal]] = {}
    for signal in possible:
        groups.setdefault(_shape(signal, histograms), []).append(signal)
    families = tuple(
        Family(name, kind, tuple(members), labels.names(members)) for (name, kind), members in groups.items()
    )
    return Exposed(component, labels, families, tuple(reasons.items()))


def _metric(signal: Signal) -> str:
    return signal.prometheus.series[0].metric if signal.prometheus else ""


def _shape(signal: Signal, histograms: Iterable[str]) -> tuple[str, Kind]:
    """The name and kind under which the client library knows what a signal is read from."""
    metric = _metric(signal)
    if signal.kind == "histogram":
        return metric, "Histogram"
    if signal.kind != "counter":
        return metric, "Gauge"
    base, _, part = metric.rpartition("_")
    if part in ("count", "sum", "bucket") and base in histograms:
        return base, "Histogram"
    if part in ("count", "sum") and base:
        return base, "Summary"
    return (metric, "Counter") if part == "total" and base else (metric, "Gauge")


def _obstacle(signal: Signal, labels: Labels) -> str:
    if signal.prometheus and signal.prometheus.native:
        return "the client library has no native histograms"
    for label in labels.names([signal]):
        if is_content(label):
            return f"the label {label} grows with the content of requests"
        if labels.value(signal, label) is None:
            return f"no value is known that its matcher on {label} selects"
    return ""


def given(values: Iterable[Value]) -> list[str]:
    """Return the canonical names of the labels whose values the caller gives."""
    return list(dict.fromkeys(value.text for value in values if value.kind == "given"))
