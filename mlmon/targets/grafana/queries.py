"""PromQL for panels: what a spec wrote stays text, and only what mlmon puts in is a Grafana variable."""

from __future__ import annotations

import string
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.quantities import FIVE_MINUTES, Buckets, Increase, Quantile, Quantity
from mlmon.plan.signals import Matcher, Series, Signal
from mlmon.promql.quantities import Renderer
from mlmon.targets.grafana.drawing import Query

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Outputs, ServicePlan

RATE_INTERVAL: Final = "$__rate_interval"
FILTERS: Final = ("version", "instance", "host")
"""Canonical labels that a dashboard can be narrowed to; the variables are called the same."""

SERVICE_CHOSEN: Final = 'service=~"$service"'
"""Matcher of the services that the variable of a fleet's dashboard names."""


def guard(expr: str) -> str:
    """Write what Grafana would take for a variable as an escape; in PromQL both characters stand in strings only."""
    return expr.replace("$", "\\x24").replace("[[", "[\\x5b")


def union(terms: Iterable[str]) -> str:
    """Return the series of all terms; of those with the same labels, the first one's."""
    return "\nor\n".join(terms)


def is_fixed(item: Quantity) -> bool:
    """Tell whether a quantity's window is part of its meaning, so that the panel must not choose another."""
    return isinstance(item, Increase) or item.window > FIVE_MINUTES


@dataclass(frozen=True)
class Queries:
    """Renders the quantities of one service as a dashboard asks for them."""

    service: ServicePlan
    outputs: Outputs
    filters: frozenset[str] = frozenset()

    def range(self, item: Quantity, legend: str) -> Query:
        """Return a query over the dashboard's time range."""
        expr = self.expr(item)
        step = str(self.outputs.scrape_interval) if RATE_INTERVAL in expr else ""
        return Query(expr, self.legend(item, legend), min_step=step, exemplar=self.has_exemplars(item))

    def has_exemplars(self, item: Quantity) -> bool:
        """Tell whether a panel of this quantity can show traced requests: of a histogram of times, read as it is."""
        timed = isinstance(item, Buckets | Quantile) and item.signal.unit == "seconds"
        return timed and not self.service.recorded(item)

    def expr(self, item: Quantity) -> str:
        """Return a recording where there is one, else the expression over the raw series."""
        if self.service.recorded(item):
            return guard(Renderer(self.service).quantity(item))
        return self._raw(item)

    def legend(self, item: Quantity, text: str) -> str:
        """Return the legend with canonical labels as the metric has them: `{version}` as `{{model_version}}`."""
        names = dict(zip(item.by, Renderer(self.service).labels(item), strict=True))
        parts = []
        for plain, name, _, _ in string.Formatter().parse(text):
            parts.append(plain + (f"{{{{{names.get(name, name)}}}}}" if name else ""))
        return "".join(parts)

    def _raw(self, item: Quantity) -> str:
        chosen = [label for label in FILTERS if label in item.by and label in self.filters]
        plain = Renderer(self.service).quantity(item)
        # Characters that the expression does not hold stand for variables until everything else is escaped.
        free = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in plain)
        span = next(free)
        marks: dict[str, str] = {label: next(free) for label in chosen}
        window = None if is_fixed(item) else span
        expr = guard(Renderer(self.service, window=window).quantity(_narrowed(item, marks)))
        expr = expr.replace(span, RATE_INTERVAL)
        for label, mark in marks.items():
            expr = expr.replace(mark, f"${label}")
        return expr


def _narrowed(item: Quantity, marks: dict[str, str]) -> Quantity:
    if not marks:
        return item
    values = {spec.name: getattr(item, spec.name) for spec in fields(item)}
    signals: dict[str, Any] = {name: _with(value, marks) for name, value in values.items() if isinstance(value, Signal)}
    return replace(item, **signals)


def _with(signal: Signal, marks: dict[str, str]) -> Signal:
    bound = signal.prometheus
    if bound is None:
        return signal
    more = tuple(Matcher(bound.label(label), "=~", mark) for label, mark in marks.items())
    series = tuple(Series(one.metric, (*one.matchers, *more)) for one in bound.series)
    return replace(signal, prometheus=replace(bound, series=series))
