"""Builds the packs' alerts for the signals that a service has, with the thresholds that hold for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlmon.diagnostics import Finding
from mlmon.plan.conditions import Absent, Both, Compare, NewCode, on_backend
from mlmon.plan.fill import fill_value
from mlmon.plan.limits import Chosen, Limits, threshold
from mlmon.plan.model import Alert, Component
from mlmon.plan.names import is_severity
from mlmon.plan.read import QuantityError, read_quantity, signal_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlmon.packs.load import Library, LoadedPack
    from mlmon.packs.model import AlertEntry
    from mlmon.plan.conditions import Condition
    from mlmon.plan.signals import Signal
    from mlmon.spec.load import Loaded
    from mlmon.spec.project import Project
    from mlmon.spec.service import Service

BACKENDS = ("prometheus", "cloudwatch")


def pack_alerts(
    service: Loaded[Service],
    project: Loaded[Project],
    library: Library,
    components: tuple[Component, ...],
    limits: Limits,
    problems: list[Finding],
) -> list[Alert]:
    """Return the alerts of the packs for the signals that the components have; findings go to `problems`."""
    return _Builder(service, project, library, components, limits, problems).build()


@dataclass
class _Builder:
    """The packs' alerts of one service."""

    service: Loaded[Service]
    project: Loaded[Project]
    library: Library
    components: tuple[Component, ...]
    limits: Limits
    problems: list[Finding]

    def __post_init__(self) -> None:
        self.name = self.service.model.metadata.name

    def build(self) -> list[Alert]:
        return [
            alert for loaded, entry, component in self.entries() for alert in self.from_entry(loaded, entry, component)
        ]

    def entries(self) -> Iterator[tuple[LoadedPack, AlertEntry, Component]]:
        """Every alert entry with the component it is about: its own pack's, or one that has the leading signal.

        Where a component's own pack has an alert of the same name, that one replaces the general one.
        """
        for component in self.components:
            loaded = self.library.packs[component.preset]
            for entry in loaded.pack.alerts:
                signal = component.signal(_leading(entry))
                if signal is None or _is_usable(signal, entry):
                    yield loaded, entry, component
        for name in self.library.names("alerts"):
            loaded = self.library.packs[name]
            for entry in loaded.pack.alerts:
                for component in self.components:
                    signal = component.signal(_leading(entry))
                    if signal and _is_usable(signal, entry) and not self.has_own(component, entry.name):
                        yield loaded, entry, component

    def has_own(self, component: Component, alert: str) -> bool:
        return any(entry.name == alert for entry in self.library.packs[component.preset].pack.alerts)

    def from_entry(self, loaded: LoadedPack, entry: AlertEntry, component: Component) -> Iterator[Alert]:
        key = entry.above or entry.below
        defaults = {name: default for name, default in entry.severities.items() if self.knows(name)}
        if not defaults:
            return
        for severity, choice in self.limits.choose(key, defaults, component.origin).items():
            if is_severity(severity, self.project.model.severities, choice.origin, self.problems):
                condition = self.condition(entry, component, severity, choice)
                if condition and any(on_backend(condition, backend) for backend in BACKENDS):
                    yield self.alert(loaded, entry, component, severity, choice, condition)

    def alert(
        self,
        loaded: LoadedPack,
        entry: AlertEntry,
        component: Component,
        severity: str,
        choice: Chosen,
        condition: Condition,
    ) -> Alert:
        pack = loaded.pack.metadata.name
        return Alert(
            name=entry.name, service=self.name, component=component.name, severity=severity, layer=entry.layer,
            kind=entry.kind, outage=entry.outage, condition=condition, for_=choice.for_,
            keep_firing_for=choice.keep_firing_for, summary=entry.summary, description=entry.description,
            reason=entry.reason, reference=entry.source, threshold_key=entry.above or entry.below or "",
            labels=(), runbook=loaded.runbooks.get(entry.name, ""), notes="", origin=choice.origin,
            source=f"{pack}/{entry.name}",
        )  # fmt: skip

    def lookup(self, component: Component) -> Callable[[str], Signal | None]:
        """Find a signal by name: in the component itself, else in another one, best on a backend that both have."""
        shared = [name for name in BACKENDS if any(signal.on(name) for signal in component.signals)]

        def find(name: str) -> Signal | None:
            own = component.signal(name)
            # What one of two alike lacks, such as the certificate of an address without TLS, is not the other's.
            alien = (other for other in self.components if other.preset != component.preset)
            others = [found for other in alien if (found := other.signal(name))]
            near = (found for found in others if any(found.on(backend) for backend in shared))
            return own or next(near, next(iter(others), None))

        return find

    def condition(self, entry: AlertEntry, component: Component, severity: str, choice: Chosen) -> Condition | None:
        find, values = self.lookup(component), dict(component.parameters)
        try:
            if entry.absent or entry.new_code:
                signal = find(entry.absent or entry.new_code or "")
                code = NewCode(signal, tuple(entry.on)) if signal and entry.new_code else None
                return Absent(signal) if signal and entry.absent else code
            if entry.both:
                filled = [part | {"value": fill_value(part.get("value", {}), values)} for part in entry.both]
                parts = [self.part(part, find, severity, choice) for part in filled]
                return Both(tuple(part for part in parts if part), tuple(entry.on)) if all(parts) else None
            made = self.compare(fill_value(entry.value or {}, values), entry.above is not None, find, choice)
            return replace(made, at_least=entry.at_least) if made else None
        except QuantityError as error:
            self.broken_pack(entry, error)
            return None

    def compare(
        self, value: dict[str, Any], above: bool, find: Callable[[str], Signal | None], choice: Chosen
    ) -> Compare | None:
        quantity = read_quantity(value, find)
        op = "above" if above else "below"
        limit = quantity and threshold(choice, quantity, op, self.problems)
        return Compare(quantity, op, limit) if quantity and limit is not None else None  # type: ignore[arg-type]

    def part(
        self, part: dict[str, Any], find: Callable[[str], Signal | None], severity: str, choice: Chosen
    ) -> Compare | None:
        """One half of `both`: a value, `above` or `below` with the name of its threshold, and `at` as its default."""
        key = str(part.get("above") or part.get("below"))
        own = self.limits.single(key, severity, replace(choice, at=part.get("at")))
        return self.compare(part.get("value", {}), "above" in part, find, own)

    def broken_pack(self, entry: AlertEntry, error: QuantityError) -> None:
        finding = Finding(
            rule="pack-quantity", message=f"the pack's alert {entry.name}: {error}", advice="correct the pack"
        )
        self.problems.append(finding)

    def knows(self, severity: str) -> bool:
        return severity in self.project.model.severities


def _leading(entry: AlertEntry) -> str:
    if entry.absent or entry.new_code:
        return entry.absent or entry.new_code or ""
    value = entry.value or (entry.both[0].get("value") if entry.both else {}) or {}
    try:
        return signal_names(value)[0]
    except QuantityError:
        return ""


def _is_usable(signal: Signal, entry: AlertEntry) -> bool:
    return any(signal.on(backend) for backend in BACKENDS) and signal.names_labels(entry.needs_labels)
