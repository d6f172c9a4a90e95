"""The table of runtimes: what each of them gives a service, read from its pack; docs/runtimes.md is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from mlmon.explain.packs import has_labels, reads
from mlmon.plan.read import signal_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlmon.packs.load import Library
    from mlmon.packs.model import AlertEntry, Pack, PanelEntry
    from mlmon.packs.signals import SignalEntry

NONE: Final = "–"
COLUMNS: Final = ("runtime", "availability", "latency", "traffic", "saturation", "alerts", "panels", "checked by")
_PRESSURE: Final = {"saturation", "gpu", "host"}
"""Sections of a dashboard that show how close to its limits a service is."""


@dataclass(frozen=True)
class Row:
    """A runtime, or one family of it, and the text of each column."""

    runtime: str
    family: str
    availability: str
    latency: str
    traffic: str
    saturation: str
    alerts: str
    panels: str
    checked_by: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns from left to right; the first one names the family as well."""
        name = f"`{self.runtime}`" + (f" ({self.family})" if self.family else "")
        told = (self.availability, self.latency, self.traffic, self.saturation, self.alerts, self.panels)
        return (name, *told, self.checked_by)


def rows(library: Library) -> Iterator[Row]:
    """Yield a row for each runtime and family, in the order of their names."""
    for name in library.names("runtime"):
        pack = library.packs[name].pack
        for family in pack.families or ("",):
            more = pack.families[family].signals if family else {}
            yield _row(library, pack, family, {**pack.signals, **more})


def as_markdown(library: Library) -> str:
    """Return the table as Markdown."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *(row.cells for row in rows(library))]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _row(library: Library, pack: Pack, family: str, signals: dict[str, SignalEntry]) -> Row:
    bound = {name: entry for name, entry in signals.items() if entry.prometheus or entry.cloudwatch}
    general = [library.packs[name].pack for name in library.names("alerts")]
    own = {entry.name for entry in pack.alerts}
    alerts = [entry for entry in pack.alerts if _applies(entry, bound)]
    others = [entry for other in general for entry in other.alerts if entry.name not in own and _applies(entry, bound)]
    shown = [list(_panels(entries.panels, bound)) for entries in (pack, *general)]
    return Row(
        runtime=pack.metadata.name,
        family=family,
        availability=_availability(bound),
        latency=_latency(signals),
        traffic=", ".join(f"`{metric}`" for metric in _metrics(bound.get("requests"))) or NONE,
        saturation=_pressure(chain.from_iterable(shown), bound),
        alerts=f"{len(alerts)} own, {len(others)} general",
        panels=f"{len(shown[0])} own, {sum(map(len, shown[1:]))} general",
        checked_by=_checked(pack, bound.values()),
    )


def _availability(bound: dict[str, SignalEntry]) -> str:
    pair = [bound[name] for name in ("errors", "requests") if name in bound]
    if len(pair) < 2:
        return NONE
    backends = [
        name
        for name, has in (
            ("Prometheus", all(entry.prometheus for entry in pair)),
            ("CloudWatch", all(entry.cloudwatch for entry in pair)),
        )
        if has
    ]
    return f"SLO on {' and '.join(backends)}" if backends else NONE


def _latency(signals: dict[str, SignalEntry]) -> str:
    entry = signals.get("latency")
    if entry is None:
        return "mean" if "processing_time" in signals else NONE
    if entry.prometheus:
        counted = entry.prometheus.buckets or entry.prometheus.native
        return "SLO and quantiles" if counted else "quantiles; SLO with the bounds of a scrape"
    if entry.cloudwatch:
        return "percentiles"
    return f"mean; quantiles with {entry.enabled_by}" if entry.enabled_by else "mean"


def _metrics(entry: SignalEntry | None) -> list[str]:
    if entry and entry.prometheus:
        return [series.metric for series in (entry.prometheus, *entry.prometheus.plus)]
    return [entry.cloudwatch.metric, *entry.cloudwatch.plus] if entry and entry.cloudwatch else []


def _panels(entries: Iterable[PanelEntry], bound: dict[str, SignalEntry]) -> Iterator[PanelEntry]:
    """The panels of which at least one line can be drawn."""
    for panel in entries:
        drawn = [signal_names(item.value) for item in panel.series if _is_drawn(item.value, bound)]
        if drawn and has_labels(bound[drawn[0][0]], panel.needs_labels):
            yield panel


def _is_drawn(value: dict[str, Any], bound: dict[str, SignalEntry]) -> bool:
    names = signal_names(value)
    # CloudWatch does not hand out buckets.
    return set(names) <= set(bound) and ("buckets" not in value or bound[names[0]].prometheus is not None)


def _pressure(panels: Iterable[PanelEntry], bound: dict[str, SignalEntry]) -> str:
    names = [
        signal_names(item.value)[0]
        for panel in panels
        if panel.section in _PRESSURE
        for item in panel.series
        if _is_drawn(item.value, bound)
    ]
    return ", ".join(dict.fromkeys(name for name in names if not name.endswith("cost"))) or NONE


def _applies(entry: AlertEntry, bound: dict[str, SignalEntry]) -> bool:
    """Tell whether the runtime alone has all that the alert reads."""
    read = reads(entry)
    return set(read) <= set(bound) and has_labels(bound[read[0]], entry.needs_labels)


def _checked(pack: Pack, bound: Iterable[SignalEntry]) -> str:
    entries = list(bound)
    ways = ["`mlmon verify`"] if any(entry.prometheus for entry in entries) else []
    ways += ["alarm cases"] if any(entry.cloudwatch for entry in entries) else []
    ways += ["instrumentation"] if pack.metadata.instrumented else []
    return ", ".join(ways) or NONE
