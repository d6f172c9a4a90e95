"""Draws what several services have in common: graphs with all their lines, and tables with a row for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlmon.plan.conditions import Compare
from mlmon.plan.links import dashboard_uid
from mlmon.targets.grafana import looks
from mlmon.targets.grafana.across import by_subject
from mlmon.targets.grafana.drawing import Drawing, Link, Step
from mlmon.targets.grafana.panels import headroom, missing
from mlmon.targets.grafana.tables import coloured, merged
from mlmon.targets.grafana.texts import described_for_all, metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlmon.plan.model import Outputs
    from mlmon.targets.grafana.across import Member, Shared
    from mlmon.targets.grafana.drawing import Query
    from mlmon.targets.grafana.looks import Palette
    from mlmon.targets.grafana.tables import Columns
    from mlmon.targets.grafana.united import United


@dataclass(frozen=True)
class Number:
    """A number on the first screen: `expr` aggregates the series `%s`; with a `unit` of its own nothing judges it.

    `distinct` says that what has the same labels in two services is one thing.
    """

    title: str
    text: str
    expr: str
    unit: str = ""
    distinct: bool = False


@dataclass(frozen=True)
class Joint:
    """Draws shared panels."""

    outputs: Outputs
    palette: Palette
    united: United

    def graph(self, panel: Shared) -> Drawing:
        """Lines of all services over time, with the thresholds of all of them; a code is drawn as a state."""
        panel = panel.narrowed()
        if panel.draw == "states":
            steps = self.palette.states(panel.limits)
            return replace(self._lines(panel), kind="state-timeline", steps=steps, lines=False, minimum=None)
        return self._lines(panel)

    def _lines(self, panel: Shared) -> Drawing:
        first = panel.members[0].quantity
        low, high = first.bounds
        return Drawing(
            kind="timeseries",
            title=panel.title,
            description=_described(panel),
            unit=looks.unit(panel.unit),
            axis_label=looks.axis_label(panel.unit),
            targets=tuple(query for line in panel.lines.values() for query in self.united.queries(line)),
            steps=self.palette.lines(panel.limits),
            lines=bool(panel.limits),
            minimum=Decimal(0) if low == 0 else None,
            soft_maximum=headroom(panel.limits, high),
            no_value=missing(first),
            series_links=self._links(panel),
        )

    def number(self, panel: Shared, wanted: Number) -> Drawing:
        """Return one number about all services that the variables choose."""
        line, labels = panel.main, panel.main[0].quantity.by
        # A GPU that two services share is one GPU.
        grouped = f"max by ({', '.join(labels)}) " if labels and wanted.distinct else ""
        expr = self.united.expr(line, labels)
        query = self.united.query(wanted.expr % f"{grouped}(\n{expr}\n)")
        judged = not wanted.unit and _same_for_all(line)
        return Drawing(
            kind="stat",
            title=wanted.title,
            description=_described(panel) if judged else f"{wanted.text}\n\n{metrics(line[0].quantity.signals)}",
            unit=wanted.unit or looks.unit(panel.unit),
            targets=(query,),
            steps=self.palette.zones(line[0].limits) if judged else (Step(None, looks.NEUTRAL),),
            no_value=missing(line[0].quantity),
        )

    def numbers(self, panels: Iterable[Shared], wanted: Mapping[tuple[str, str], tuple[Number, ...]]) -> list[Drawing]:
        """Return the numbers about panels, by what these are about, in the order of `wanted`."""
        known = by_subject(panels)
        return [self.number(known[key], item) for key, items in wanted.items() if key in known for item in items]

    def column(self, panel: Shared, labels: Sequence[str] = ()) -> tuple[Query, dict[str, Any]]:
        """Return a table's column: the worst value of each service (and of each value of `labels`), and its look."""
        line = panel.main
        low = any(isinstance(alert.condition, Compare) and alert.condition.op == "below" for alert in _limits(line))
        look: dict[str, Any] = {"unit": looks.unit(panel.unit)}
        if _same_for_all(line):
            look |= coloured(self.palette.zones(line[0].limits))
        return self.united.table(line, labels, "min" if low else "max"), look

    def table(
        self, title: str, description: str, columns: Columns, keys: dict[str, str], services: Iterable[str]
    ) -> Drawing:
        """Return a table with a row for each value of the labels `keys`, whose values name the columns."""
        wide = {title: (query, {**look, "custom.width": _width(title)}) for title, (query, look) in columns.items()}
        return merged(title, description, wide, keys, links=table_links(services), sort=("Service", False))

    def _links(self, panel: Shared) -> tuple[Link, ...]:
        """Lead from a line to its service, and to the runbooks of alerts that every service here has."""
        services = {member.service.name for member in panel.members}
        common = set.intersection(*({alert.name for alert in _of(service, panel)} for service in sorted(services)))
        names = dict.fromkeys(alert.name for alert in panel.limits if alert.name in common)
        links = [
            Link(f"Runbook {name}", f"{self.outputs.runbooks_url}/${{__field.labels.service}}/{name}.md", new_tab=True)
            for name in names
        ]
        return (*service_link(services), *links)


def _width(column: str) -> int:
    """Return the pixels that a column's title needs; what is left belongs to names."""
    return max(100, 8 * len(column) + 35)


def service_link(services: Iterable[str]) -> tuple[Link, ...]:
    """Return the link from a series to its service's dashboard; none where a uid is more than the service's name."""
    plain = all(dashboard_uid(name) == f"mlmon-{name}" for name in services)
    return (
        (Link("Dashboard of the service", "/d/mlmon-${__field.labels.service}?${__url_time_range}"),) if plain else ()
    )


def table_links(services: Iterable[str]) -> list[tuple[str, Link]]:
    """Return the links of a table's columns by their titles: from a service's name to its dashboard."""
    return [
        ("Service", replace(link, url=link.url.replace("__field.labels.service", "__value.raw")))
        for link in service_link(services)
    ]


def _described(panel: Shared) -> str:
    per_service: dict[str, list[Any]] = {}
    for member in panel.members:
        per_service.setdefault(member.service.name, []).extend(member.panel.limits)
    signals = dict.fromkeys(signal for member in panel.members for signal in member.quantity.signals)
    return described_for_all(panel.description, per_service.items(), metrics(signals))


def _of(service: str, panel: Shared) -> list[Any]:
    return [alert for member in panel.members if member.service.name == service for alert in member.panel.limits]


def _limits(line: Iterable[Member]) -> list[Any]:
    return [alert for member in line for alert in member.limits]


def _same_for_all(line: Sequence[Member]) -> bool:
    """Tell whether all services have the same thresholds, without which a colour would be true for some only."""
    judged = [{(alert.threshold, alert.severity) for alert in member.limits} for member in line]
    return bool(judged[0]) and all(other == judged[0] for other in judged)
