"""Binds components: a preset's signals with the spec's parameters filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlmon.diagnostics import Finding, did_you_mean, one_of
from mlmon.packs.model import Pack
from mlmon.packs.signals import CloudWatchEntry, PrometheusEntry, SeriesEntry, SignalEntry
from mlmon.plan.fill import fill, fill_matcher, filled, is_filled, product
from mlmon.plan.model import Component, LogQuery
from mlmon.plan.signals import CloudWatchBinding, Matcher, PrometheusBinding, Series, Signal
from mlmon.spec.errors import findings as findings_of

if TYPE_CHECKING:
    from mlmon.packs.load import Library, LoadedPack
    from mlmon.spec.load import Loaded
    from mlmon.spec.service import Component as ComponentSpec
    from mlmon.spec.service import Service
    from mlmon.spec.source import KeyPath

SECTIONS = {
    "runtimes": "runtime",
    "infrastructure": "infrastructure",
    "quality": "quality",
    "pipelines": "pipeline",
    "probes": "probe",
}
"""Section of the spec to type of pack."""


def components(service: Loaded[Service], library: Library, problems: list[Finding]) -> tuple[Component, ...]:
    """Bind every component of a service; whatever cannot be bound becomes a finding and is left out."""
    bound: list[Component] = []
    for section, kind in SECTIONS.items():
        for index, entry in enumerate(getattr(service.model, section)):
            binding = _Binding(service, (section, index), entry, kind, library, problems)
            component = binding.component()
            if component and any(other.name == component.name for other in bound):
                advice = "add a `name:` to one of them"
                message = f'two components are named "{component.name}"'
                problems.append(
                    Finding(rule="spec-duplicate-component", message=message, advice=advice, place=component.origin)
                )
            elif component:
                bound.append(component)
    return tuple(bound)


@dataclass
class _Binding:
    """The work on one component: parameters are checked first, then every signal is filled in."""

    service: Loaded[Service]
    where: KeyPath
    entry: ComponentSpec
    kind: str
    library: Library
    problems: list[Finding]
    values: dict[str, str] = field(default_factory=dict)
    selectors: list[Matcher] = field(default_factory=list)
    renames: dict[str, str] = field(default_factory=dict)

    def component(self) -> Component | None:
        loaded = self.pack()
        if loaded is None:
            return None
        pack = loaded.pack
        self.values = {"service": self.service.model.metadata.name}
        before = len(self.problems)
        self.read_parameters(pack)
        entries = self.signal_entries(loaded)
        if len(self.problems) > before:
            return None
        name = self.entry.name or self.entry.preset
        asked = {key: entry for key, entry in entries.items() if self.values.keys() >= set(entry.needs)}
        signals = tuple(self.signal(key, entry, name, pack) for key, entry in asked.items())
        parameters = tuple(sorted((key, value) for key, value in self.values.items() if key != "service"))
        origin = self.service.document.locate(self.where)
        return Component(
            name, self.entry.preset, pack.metadata.title, self.kind, parameters, signals, self.log_queries(pack),
            origin, selector=tuple(self.selectors), instrumented=pack.metadata.instrumented,
        )  # fmt: skip

    def log_queries(self, pack: Pack) -> tuple[LogQuery, ...]:
        if not pack.logs:
            return ()
        group = pack.logs.group % self.values
        return tuple(LogQuery(entry.name, entry.help, entry.query % self.values, group) for entry in pack.logs.queries)

    def pack(self) -> LoadedPack | None:
        loaded = self.library.packs.get(self.entry.preset)
        if loaded and loaded.pack.metadata.type == self.kind:
            return loaded
        if loaded:
            section = next((key for key, kind in SECTIONS.items() if kind == loaded.pack.metadata.type), None)
            advice = f"move it to `{section}:`" if section else "it applies by itself; remove the entry"
            self.problem("spec-preset", f'the preset "{self.entry.preset}" does not belong here', advice, "preset")
            return None
        names = self.library.names(self.kind)
        advice = did_you_mean(self.entry.preset, names) or f"write {one_of(names)}"
        self.problem("spec-preset", f'there is no {self.kind} preset "{self.entry.preset}"', advice, "preset")
        return None

    def problem(self, rule: str, message: str, advice: str, *below: str | int, key: bool = False) -> None:
        place = self.service.document.locate((*self.where, *below), key=key)
        self.problems.append(Finding(rule=rule, message=message, advice=advice, place=place))

    def read_parameters(self, pack: Pack) -> None:
        given = self.entry.parameters
        for key in given:
            if key not in pack.parameters:
                advice = (
                    did_you_mean(key, pack.parameters)
                    or f"remove it; {pack.metadata.name} knows {one_of(pack.parameters)}"
                )
                self.problem("spec-unknown-key", f"unknown key `{key}`", advice, key, key=True)
        for key, parameter in pack.parameters.items():
            value = given.get(key, filled(parameter.default, self.values))
            self.renames |= parameter.renames.get(str(value), {})
            if value is None:
                if parameter.required:
                    message = f"the preset {pack.metadata.name} needs `{key}`"
                    self.problem("spec-missing", message, f"add `{key}:` ({parameter.help})")
            elif parameter.type == "selector":
                self.read_selector(key, value)
            elif parameter.type == "choice" and value not in parameter.choices:
                advice = f"{did_you_mean(str(value), parameter.choices)} write {one_of(parameter.choices)}".strip()
                self.problem("spec-value", f'"{value}" is not known here', advice, key)
            elif parameter.type == "number" and not (isinstance(value, int | Decimal) and value > 0):
                self.problem("spec-value", f'"{value}" is not a number above 0', "write a number without quotes", key)
            elif parameter.type != "signals":
                self.read_text(key, value, parameter.pattern)

    def read_text(self, key: str, value: Any, pattern: str | None) -> None:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or not str(value).strip():
            self.problem("spec-value", f"`{key}` is not text", "write a name", key)
        elif pattern and not re.fullmatch(pattern, str(value)):
            self.problem(
                "spec-value", f'"{value}" is no possible value of `{key}`', f"write what matches {pattern}", key
            )
        else:
            self.values[key] = str(value)

    def read_selector(self, key: str, value: Any) -> None:
        try:
            entry = SeriesEntry.model_validate({"metric": "x", "matchers": value})
        except ValidationError as error:
            place = (*self.where, key)
            self.problems += findings_of(error, _shifted(self.service, place), SeriesEntry)
            return
        self.selectors += [fill_matcher(label, matcher, {}) for label, matcher in entry.matchers.items()]

    def signal_entries(self, loaded: LoadedPack) -> dict[str, SignalEntry]:
        """The pack's signals, those of the chosen family, and what the spec adds or overrides."""
        entries = dict(loaded.pack.signals)
        family = loaded.pack.families.get(self.values.get("family", ""))
        entries |= family.signals if family else {}
        overrides = self.entry.parameters.get("signals", {})
        if not isinstance(overrides, dict):
            self.problem("spec-value", "`signals` is not a mapping", "write one key per signal", "signals")
            return entries
        for name, override in overrides.items():
            base = entries[name].model_dump(by_alias=True, exclude_unset=True) if name in entries else {}
            try:
                merged = _merge(base, override) if isinstance(override, dict) else override
                entries[name] = SignalEntry.model_validate(merged)
            except ValidationError as error:
                where = (*self.where, "signals", name)
                self.problems += findings_of(error, self.service.document, SignalEntry, where)
        return entries

    def signal(self, name: str, entry: SignalEntry, component: str, pack: Pack) -> Signal:
        low, high = entry.range or _RANGES.get(entry.unit, (None, None))
        return Signal(
            name=name, component=component, kind=entry.kind, unit=entry.unit, help=entry.help,
            source=entry.source or pack.metadata.source, enabled_by=entry.enabled_by or "", builtin=entry.builtin,
            low=low, high=high,
            prometheus=self.prometheus(entry.prometheus) if entry.prometheus else None,
            cloudwatch=self.cloudwatch(entry.cloudwatch) if entry.cloudwatch else None,
        )  # fmt: skip

    def cloudwatch(self, entry: CloudWatchEntry) -> CloudWatchBinding | None:
        factor, namespace = product(entry.multiply_by, self.values), filled(entry.namespace, self.values)
        if factor is None or namespace is None or (entry.divide_by and entry.divide_by not in self.values):
            return None
        divisor = Decimal(self.values[entry.divide_by]) if entry.divide_by else Decimal(1)
        dimensions = tuple((key, fill(value, self.values)) for key, value in entry.dimensions.items())
        return CloudWatchBinding(
            namespace=str(namespace), metric=str(filled(entry.metric, self.values)), plus=tuple(entry.plus),
            dimensions=dimensions, unit=entry.unit, statistic=entry.statistic, idle=entry.idle,
            scale=entry.scale * factor / divisor, region=entry.region,
        )  # fmt: skip

    def prometheus(self, entry: PrometheusEntry) -> PrometheusBinding | None:
        factor = product(entry.multiply_by, self.values)
        if factor is None:
            return None
        model = self.service.model.model
        labels = dict(entry.labels) | ({"version": model.version_label} if model and model.version_label else {})
        series = tuple(self.series(item) for item in (entry, *entry.plus))
        renamed = {canonical: self.renames.get(label, label) for canonical, label in labels.items()}
        return PrometheusBinding(
            series=series,
            scale=entry.scale * factor,
            labels=tuple(renamed.items()),
            buckets=tuple(entry.buckets),
            count_first_samples=self.entry.count_first_samples,
            native=entry.native,
        )

    def series(self, entry: SeriesEntry) -> Series:
        own = [
            fill_matcher(self.renames.get(label, label), matcher, self.values)
            for label, matcher in entry.matchers.items()
            if is_filled(matcher, self.values)
        ]
        return Series(entry.metric, (*self.selectors, *own))


_RANGES: dict[str, tuple[Decimal | None, Decimal | None]] = {
    "ratio": (Decimal(0), Decimal(1)),
    "percent": (Decimal(0), Decimal(100)),
    "seconds": (Decimal(0), None),
    "bytes": (Decimal(0), None),
}


def _merge(base: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merge(base[key], value)
        for key, value in override.items()
        if isinstance(base.get(key), dict) and isinstance(value, dict)
    }
    return base | override | both


def _shifted(service: Loaded[Service], where: KeyPath) -> Any:
    # The selector was validated as the `matchers` of a series, one level further down.
    part = service.document.below(where)
    part.values = {(() if not key else ("matchers", *key)): place for key, place in part.values.items()}
    part.keys = {("matchers", *key): place for key, place in part.keys.items()}
    return part
