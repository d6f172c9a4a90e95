"""Checks packs of an organisation's own beyond their shape, whether a service uses them yet or not."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any, Final

from mlmon.diagnostics import Finding, Severity, did_you_mean, one_of
from mlmon.plan.read import QuantityError, read_quantity, signal_names
from mlmon.plan.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.packs.load import Library, LoadedPack
    from mlmon.packs.model import AlertEntry, Pack
    from mlmon.packs.signals import SeriesEntry
    from mlmon.spec.source import KeyPath

_PLACEHOLDERS: Final = ("service", "component", "threshold", "for", "value")
_PARAMETER: Final = re.compile(r"%\((\w*)\)s")
_SIGNAL: Final = Signal("any", "any", "gauge", "count", "", "")


def check_own_packs(library: Library) -> list[Finding]:
    """Return what is wrong with the packs that mlmon does not ship."""
    return [
        finding
        for item in library.written
        if item.pack.metadata.name in library.packs
        for finding in _Checker(library, item).findings()
    ]


class _Checker:
    """What is wrong with one pack, each finding at the line of its file."""

    def __init__(self, library: Library, written: LoadedPack) -> None:
        self.written, self.pack = written, written.pack
        loaded = library.packs[written.pack.metadata.name]
        self.whole, self.runbooks = loaded.pack, loaded.runbooks
        self.general = {
            entry.name: item.pack.metadata.name
            for item in library.packs.values()
            if item.pack.metadata.type == "alerts" and item.pack.metadata.name != self.pack.metadata.name
            for entry in item.pack.alerts
        }
        self.everywhere = {name for item in library.packs.values() for name in _signals(item.pack)}

    def findings(self) -> Iterator[Finding]:
        yield from self.parameters()
        for index, entry in enumerate(self.pack.alerts):
            yield from self.alert(("alerts", index), entry)
            yield from self.twice(("alerts", index), entry)
        for index, recording in enumerate(self.pack.recordings):
            yield from self.quantity(("recordings", index, "value"), recording.value)
        for index, panel in enumerate(self.pack.panels):
            for number, series in enumerate(panel.series):
                yield from self.quantity(("panels", index, "series", number, "value"), series.value)

    def alert(self, where: KeyPath, entry: AlertEntry) -> Iterator[Finding]:
        forms = [key for key in ("value", "absent", "new_code", "both") if getattr(entry, key)]
        if len(forms) != 1:
            advice = "keep one of `value`, `absent`, `new_code` and `both`"
            yield self.finding("pack-alert", where, f"{entry.name} needs one condition, not {len(forms)}", advice)
            return
        form = forms[0]
        if form == "value":
            yield from self.comparison(where, entry.name, {"above": entry.above, "below": entry.below})
            yield from self.quantity((*where, "value"), entry.value or {})
        elif form == "both":
            for number, part in enumerate(entry.both):
                yield from self.comparison((*where, "both", number), entry.name, part)
                yield from self.quantity((*where, "both", number, "value"), part.get("value") or {})
        else:
            yield from self.names((*where, form), [str(getattr(entry, form))])
        if entry.at_least is not None and (entry.above is None or "ratio" not in (entry.value or {})):
            advice = "remove `at_least`, or compare a `ratio` with `above`"
            message = f"`at_least` is for ratios that are compared with `above`, which {entry.name} is not"
            yield self.finding("pack-alert", (*where, "at_least"), message, advice)
        yield from self.texts(where, entry)
        if entry.name not in self.runbooks:
            path = self.written.document.path.rpartition(".")[0] + ".md"
            advice = f"write what to do under `## {entry.name}` in {path}"
            yield self.finding("pack-runbook", where, f"{entry.name} has no runbook", advice, Severity.WARNING)

    def twice(self, where: KeyPath, entry: AlertEntry) -> Iterator[Finding]:
        """Packs of alerts apply to every service, so that two of them would send everything twice."""
        other = self.general.get(entry.name)
        if other and self.pack.metadata.type == "alerts":
            advice = f"write `extends: {other}` in a pack named {other}, or rename the alert"
            yield self.finding("pack-alert", where, f"the pack {other} has an alert named {entry.name}, too", advice)

    def comparison(self, where: KeyPath, name: str, entry: dict[str, Any]) -> Iterator[Finding]:
        if bool(entry.get("above")) == bool(entry.get("below")):
            advice = "write `above:` or `below:` with the name of a threshold"
            yield self.finding("pack-alert", where, f"{name} does not say what it compares with", advice)

    def quantity(self, where: KeyPath, value: dict[str, Any]) -> Iterator[Finding]:
        try:
            read_quantity(value, lambda _: _SIGNAL)
            yield from self.names(where, signal_names(value))
        except QuantityError as error:
            yield self.finding("pack-quantity", where, str(error), "correct the quantity")

    def names(self, where: KeyPath, names: list[str]) -> Iterator[Finding]:
        """The first signal is this pack's own (of packs of alerts: any pack's), the others may be any pack's."""
        own = self.everywhere if self.whole.metadata.type == "alerts" else _signals(self.whole)
        for name, known in zip(names, [own, *[self.everywhere] * len(names)], strict=False):
            if name not in known:
                advice = did_you_mean(name, known) or f"write one of its signals: {one_of(known)}"
                yield self.finding("pack-signal", where, f'there is no signal "{name}" for it', advice)

    def texts(self, where: KeyPath, entry: AlertEntry) -> Iterator[Finding]:
        values = [entry.value or {}, *(part.get("value") or {} for part in entry.both)]
        known = [*_PLACEHOLDERS, *entry.on, *(label for value in values for label in value.get("by", ()))]
        for key in ("summary", "description"):
            try:
                used = {name for _, name, _, _ in string.Formatter().parse(getattr(entry, key)) if name is not None}
            except ValueError:
                message = "a brace is open, or closes nothing"
                yield self.finding("pack-text", (*where, key), message, "write a brace that is meant itself twice")
                continue
            for name in sorted(used - set(known)):
                advice = did_you_mean(name, known) or f"it may hold {one_of(known)}"
                yield self.finding("pack-text", (*where, key), f"`{{{name}}}` stands for nothing here", advice)

    def parameters(self) -> Iterator[Finding]:
        known = {"service", *self.whole.parameters}
        groups: list[tuple[KeyPath, Any]] = [(("signals",), self.pack.signals)]
        groups += [(("families", key, "signals"), family.signals) for key, family in self.pack.families.items()]
        for where, signals in groups:
            for name, signal in signals.items():
                texts = [_raw(series) for series in (signal.prometheus, *_plus(signal.prometheus)) if series]
                texts += list(signal.cloudwatch.dimensions.values()) if signal.cloudwatch else []
                for used in sorted({used for text in texts for used in _PARAMETER.findall(text)} - known):
                    advice = did_you_mean(used, known) or f"add it under `parameters:`; there is {one_of(known)}"
                    message = f"`%({used})s` is no parameter of this pack"
                    yield self.finding("pack-parameter", (*where, name), message, advice)

    def finding(
        self, rule: str, where: KeyPath, message: str, advice: str, severity: Severity = Severity.ERROR
    ) -> Finding:
        place = self.written.document.locate(where)
        return Finding(rule=rule, message=message, advice=advice, place=place, severity=severity)


def _signals(pack: Pack) -> set[str]:
    return {*pack.signals, *(name for family in pack.families.values() for name in family.signals)}


def _plus(series: Any) -> list[SeriesEntry]:
    return list(series.plus) if series else []


def _raw(series: SeriesEntry) -> str:
    values = [matcher.model_dump(exclude_none=True) for matcher in series.matchers.values()]
    return "\n".join(str(text) for value in values for text in value.values())
