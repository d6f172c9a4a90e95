"""Drawings: what a panel shows, in our own words; sdk.py turns them into Grafana's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from decimal import Decimal

PROMETHEUS: Final = "datasource"
"""Name of the variable that chooses the Prometheus data source; the same everywhere, so that links carry it on."""
CLOUDWATCH: Final = "cloudwatch_datasource"
"""Name of the variable that chooses the CloudWatch data source."""

Kind = Literal["timeseries", "stat", "heatmap", "state-timeline", "table"]


@dataclass(frozen=True)
class Query:
    """PromQL of one target. `min_step` is the scrape interval below which `$__rate_interval` would see one sample.

    `exemplar` asks for single traced requests as well, which only the histogram's own series have.
    """

    expr: str
    legend: str = ""
    instant: bool = False
    format: Literal["time_series", "table", "heatmap"] = "time_series"
    min_step: str = ""
    exemplar: bool = False


@dataclass(frozen=True)
class MetricStat:
    """A CloudWatch metric under an id that expressions refer to; hidden where only an expression is drawn."""

    id: str
    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    region: str


@dataclass(frozen=True)
class MetricMath:
    """CloudWatch metric math over the metrics of the same panel."""

    id: str
    expression: str
    label: str
    region: str


Target = Query | MetricStat | MetricMath


@dataclass(frozen=True)
class Step:
    """A colour from a value on; the first step of a scale has no value."""

    value: Decimal | None
    colour: str


@dataclass(frozen=True)
class Link:
    """An address; Grafana fills in `${__...}`."""

    title: str
    url: str
    new_tab: bool = False


@dataclass(frozen=True)
class Override:
    """Properties of one field, by its name as shown."""

    field: str
    properties: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One panel without a place. `lines` draws the steps as dashed lines; otherwise they colour the value."""

    kind: Kind
    title: str
    description: str
    unit: str
    targets: tuple[Target, ...]
    source: str = PROMETHEUS
    steps: tuple[Step, ...] = (Step(None, "green"),)
    lines: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    soft_maximum: Decimal | None = None
    decimals: int | None = None
    axis_label: str = ""
    names: bool = False
    texts: tuple[tuple[str, str, str], ...] = ()
    no_value: str = "no data"
    time_from: str = ""
    links: tuple[Link, ...] = ()
    series_links: tuple[Link, ...] = ()
    overrides: tuple[Override, ...] = ()
    transformations: tuple[tuple[str, dict[str, Any]], ...] = ()
    sort: tuple[str, bool] | None = None

    @property
    def filled(self) -> bool:
        """Tell whether it is one line, under which an area is easier to see; several areas would hide each other."""
        return len(self.targets) == 1 and "{{" not in self.queries[0].legend if self.queries else False

    @property
    def queries(self) -> tuple[Query, ...]:
        """The targets that are PromQL."""
        return tuple(target for target in self.targets if isinstance(target, Query))


@dataclass(frozen=True)
class Section:
    """A row of the dashboard: lines of drawings with their widths. Without a title it is the top of the page."""

    title: str
    lines: tuple[tuple[tuple[Drawing, int], ...], ...]
    height: dict[int, int] = field(default_factory=dict)
    collapsed: bool = False

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """Every drawing, in reading order."""
        return tuple(drawing for line in self.lines for drawing, _ in line)


@dataclass(frozen=True)
class Variable:
    """A choice at the top of the dashboard: a data source, the values of a label, or fixed `values`.

    `query` is `label_values(…)`; `everything` is the regular expression that "All" stands for.
    """

    name: str
    label: str
    query: str
    datasource: bool = False
    description: str = ""
    values: tuple[str, ...] = ()
    everything: str = ".+"


@dataclass(frozen=True)
class Annotation:
    """Vertical marks where an expression has a result."""

    name: str
    expr: str
    colour: str
    title: str
    text: str
    tags: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A whole dashboard. `range` is how far it looks back when it is opened."""

    uid: str
    title: str
    description: str
    tags: tuple[str, ...]
    sections: tuple[Section, ...]
    variables: tuple[Variable, ...]
    annotations: tuple[Annotation, ...]
    links: tuple[Link, ...]
    range: str = "6h"
