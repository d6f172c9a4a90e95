"""What a pack gives to a service, as plain data: parameters, signals, alerts with their default thresholds, panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlmon.plan.forms import FORMS
from mlmon.plan.read import signal_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.packs.load import Library
    from mlmon.packs.model import AlertEntry, Pack
    from mlmon.packs.signals import Parameter, SignalEntry


def summary(pack: Pack) -> dict[str, Any]:
    """Return the pack's name, type, title, source and the version of the source its facts were read in."""
    keys = ("name", "type", "title", "source", "version")
    return {key: getattr(pack.metadata, key) for key in keys}


def description(library: Library, name: str) -> dict[str, Any]:
    """Return everything that the pack `name` gives; keys that have nothing to say are left out of each entry."""
    pack = library.packs[name].pack
    signals = list(_signals(pack))
    return summary(pack) | {
        "notes": list(pack.metadata.notes),
        "parameters": [_parameter(key, entry) for key, entry in pack.parameters.items()],
        "families": [{"name": key, "help": family.help} for key, family in pack.families.items()],
        "signals": [_signal(key, entry, family) for key, entry, family in signals],
        "alerts": [_alert(entry, pack) for entry in pack.alerts],
        "general_alerts": list(_general(library, pack, signals)) if pack.metadata.type != "alerts" else [],
        "panels": [
            {"title": panel.title, "section": panel.section, "description": panel.description} for panel in pack.panels
        ],
    }


def _signals(pack: Pack) -> Iterator[tuple[str, SignalEntry, str]]:
    for key, entry in pack.signals.items():
        yield key, entry, ""
    for family, content in pack.families.items():
        for key, entry in content.signals.items():
            yield key, entry, family


def _parameter(name: str, entry: Parameter) -> dict[str, Any]:
    made = {"name": name, "type": entry.type, "required": entry.required, "default": entry.default}
    return _told(made | {"choices": entry.choices, "help": entry.help})


def _signal(name: str, entry: SignalEntry, family: str) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "family": family, "type": entry.kind, "unit": entry.unit, "help": entry.help}
    if entry.prometheus:
        made["prometheus"] = [series.metric for series in (entry.prometheus, *entry.prometheus.plus)]
        made["buckets"] = [str(bound * entry.prometheus.scale) for bound in entry.prometheus.buckets]
    if entry.cloudwatch:
        metrics = (entry.cloudwatch.metric, *entry.cloudwatch.plus)
        made["cloudwatch"] = f"{entry.cloudwatch.namespace} {' + '.join(metrics)}"
    return _told(made | {"enabled_by": entry.enabled_by, "needs": entry.needs})


def _alert(entry: AlertEntry, pack: Pack) -> dict[str, Any]:
    made = {"name": entry.name, "pack": pack.metadata.name, "layer": entry.layer, "kind": entry.kind}
    own = {"value": entry.value, "above": entry.above, "below": entry.below, "at_least": entry.at_least}
    conditions = entry.both or [own]
    compared = [_condition(condition) for condition in conditions if condition.get("value")]
    severities = [
        _told({"severity": name, "at": _text(default.at), "for": str(default.for_)})
        for name, default in entry.severities.items()
    ]
    more = {"compares": compared, "absent": entry.absent, "new_code": entry.new_code, "severities": severities}
    return _told(made | more | {"reason": entry.reason, "source": entry.source})


def _condition(condition: dict[str, Any]) -> dict[str, Any]:
    op = "above" if condition.get("above") else "below"
    value = condition["value"]
    form = next(key for key in value if key in FORMS)
    options = {key: _text(value[key]) for key in ("q", "window") if key in value}
    made = {"form": form, "signals": signal_names(value), **options}
    compared = {"op": op, "threshold": condition.get(op), "at": _text(condition.get("at"))}
    return _told(made | compared | {"at_least": condition.get("at_least")})


def _general(library: Library, pack: Pack, signals: list[tuple[str, SignalEntry, str]]) -> Iterator[dict[str, Any]]:
    """The alerts for every service that this pack has all signals for, unless it has its own of that name."""
    bound = [(name, entry) for name, entry, _ in signals if entry.prometheus or entry.cloudwatch]
    known = {name for name, _ in bound}
    own = {entry.name for entry in pack.alerts}
    for name in library.names("alerts"):
        general = library.packs[name].pack
        for entry in general.alerts:
            read = reads(entry)
            leading = [signal for key, signal in bound if key == read[0]]
            named = any(has_labels(signal, entry.needs_labels) for signal in leading)
            if entry.name not in own and known >= set(read) and named:
                yield _alert(entry, general)


def reads(entry: AlertEntry) -> list[str]:
    """Return the names of the signals that an alert reads, the leading one first."""
    values = [part["value"] for part in entry.both] or [value for value in (entry.value,) if value]
    named = [name for name in (entry.absent, entry.new_code) if name]
    return named + [name for value in values for name in signal_names(value)]


def has_labels(signal: SignalEntry, labels: list[str]) -> bool:
    """Tell whether the signal's metric in Prometheus has these labels, where any are asked for."""
    return set(labels) <= set(signal.prometheus.labels if signal.prometheus else ())


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in (None, "", [])}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
