"""Renders quantities as PromQL that survives missing series, idle services and renamed labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from mlmon.plan.baselines import Decline, Growth, Seasonal, Shift
from mlmon.plan.moments import Age, TimeLeft
from mlmon.plan.quantities import (
    Buckets,
    Fraction,
    Gap,
    Increase,
    Level,
    Mean,
    Missing,
    PerRate,
    Quantile,
    Quantity,
    Rate,
    Ratio,
    Share,
    Variants,
)
from mlmon.plan.trends import Hours, Slope, Slowdown, TimeToFull, TimeToZero
from mlmon.promql import baselines, trends
from mlmon.promql.text import aggregate, equals, scaled, selector, told_apart
from mlmon.units import plain

if TYPE_CHECKING:
    from mlmon.plan.model import ServicePlan
    from mlmon.plan.signals import PrometheusBinding, Signal
    from mlmon.units import Duration


def binding(signal: Signal) -> PrometheusBinding:
    """Return a signal's Prometheus binding. Raises ValueError when it has none, which is a bug of the caller."""
    if signal.prometheus is None:
        raise ValueError(f"{signal.name} has no Prometheus binding")
    return signal.prometheus


@dataclass(frozen=True)
class Renderer:
    """Renders the quantities of one service.

    A quantity that the service records is read from its recording, so that alerts, panels and baselines agree.
    `window` replaces the windows of rates (Grafana's `$__rate_interval`); `read_recorded` is off while a
    recording's own rule is rendered.
    """

    service: ServicePlan | None = None
    window: str | None = None
    read_recorded: bool = True

    def quantity(self, item: Quantity) -> str:
        """Return the expression of a quantity in its unit."""
        return (self._recorded(item) if self.read_recorded else None) or self.render(item)

    def raw(self) -> Renderer:
        """Return a renderer that reads no recordings."""
        return replace(self, read_recorded=False)

    def labels(self, item: Quantity) -> tuple[str, ...]:
        """Return the metric labels that a quantity is grouped by."""
        bound = item.signals[0].prometheus
        return tuple(bound.label(name) if bound else name for name in item.by)

    def _span(self, window: Duration) -> str:
        return self.window or str(window)

    def rates(
        self, item: Quantity, signal: Signal, function: str = "rate", suffix: str = "", ago: Duration | None = None
    ) -> str:
        """Sum a counter's series; metrics that are counted together are told apart before they are united.

        `ago` looks at the window that ended so long ago.
        """
        bound = binding(signal)
        span = f"[{self._span(item.window)}]" + (f" offset {ago}" if ago else "")
        terms = [f"{function}({selector(series, suffix=suffix)}{span})" for series in bound.series]
        if isinstance(item, Increase) and item.existing:
            there = [f"{selector(series, suffix=suffix)} offset {item.window}" for series in bound.series]
            terms = [f"({term} and {before})" for term, before in zip(terms, there, strict=True)]
        return aggregate("sum", self.labels(item), told_apart(terms))

    def _gauge(self, item: Quantity, signal: Signal, operator: str = "sum") -> str:
        bound = binding(signal)
        return scaled(aggregate(operator, self.labels(item), selector(bound.series[0])), bound)

    def baseline(self, item: Quantity, base: Quantity) -> str:
        """Return the recorded selector that a baseline looks back on. Raises ValueError where none is recorded."""
        recorded = self._recorded(base)
        if recorded is None:
            raise ValueError(f"{item.form} of {item.signals[0].name} needs the recording of {base}")
        return recorded

    def _recorded(self, item: Quantity) -> str | None:
        recording = self.service.recorded(item) if self.service else None
        if not self.service or not recording:
            return None
        return recording.record + equals(service=self.service.name, component=recording.component)

    @singledispatchmethod
    def render(self, item: Quantity) -> str:
        """Render one form. Raises TypeError for one that has no PromQL; tests hold that every form has."""
        raise TypeError(f"{type(item).__name__} has no PromQL")

    @render.register
    def _(self, item: Rate) -> str:
        return scaled(self.rates(item, item.signal), binding(item.signal))

    @render.register
    def _(self, item: Increase) -> str:
        events = scaled(self.rates(item, item.signal, "increase"), binding(item.signal))
        return f"round({events})" if item.rounded else events

    @render.register
    def _(self, item: Ratio) -> str:
        part, whole = self.rates(item, item.part), self.rates(item, item.whole)
        # The error series may not exist before the first error; then the share is 0, not unknown.
        return f"(\n  {part}\n  or\n  0 * {whole}\n)\n/\n({whole} > 0)"

    @render.register
    def _(self, item: Quantile) -> str:
        bound = binding(item.signal)
        if bound.native:
            return scaled(f"histogram_quantile({plain(item.q)}, {self.rates(item, item.signal)})", bound)
        grouped = replace(item, by=("le", *item.by))
        return scaled(
            f"histogram_quantile({plain(item.q)}, {self.rates(grouped, item.signal, suffix='_bucket')})", bound
        )

    @render.register
    def _(self, item: Buckets) -> str:
        return self.rates(replace(item, by=("le", *item.by)), item.signal, suffix="_bucket")

    @render.register
    def _(self, item: Mean) -> str:
        total, count = self.rates(item, item.total), self.rates(item, item.count)
        return scaled(f"{total}\n/\n({count} > 0)", binding(item.total))

    @render.register
    def _(self, item: Level) -> str:
        bound = binding(item.signal)
        inner = selector(bound.series[0])
        if item.over:
            inner = f"{item.smooth}_over_time({inner}[{item.over}])"
        return scaled(aggregate(item.aggregate, self.labels(item), inner), bound)

    @render.register
    def _(self, item: Fraction) -> str:
        part, rest = self._gauge(item, item.part), self._gauge(item, item.rest)
        return f"{part}\n/\n({part} + {rest})"

    @render.register
    def _(self, item: Missing) -> str:
        return f"1 - {self._gauge(item, item.present)}\n/\n({self._gauge(item, item.whole)} > 0)"

    @render.register
    def _(self, item: Share) -> str:
        return f"{self._gauge(item, item.part, 'max')}\n/\n({self._gauge(item, item.whole, 'max')} > 0)"

    @render.register
    def _(self, item: PerRate) -> str:
        rate = scaled(self.rates(item, item.counter), binding(item.counter))
        return f"{self._gauge(item, item.level)}\n/\n({rate} > 0)"

    @render.register
    def _(self, item: Gap) -> str:
        return f"{self._gauge(item, item.wanted)}\n-\n{self._gauge(item, item.present)}"

    @render.register
    def _(self, item: Age) -> str:
        return f"time() - {self._gauge(item, item.signal, 'max')}"

    @render.register
    def _(self, item: TimeLeft) -> str:
        return f"{self._gauge(item, item.signal, 'min')} - time()"

    @render.register
    def _(self, item: Variants) -> str:
        grouped = replace(item, by=(*item.by, item.label))
        return aggregate("count", self.labels(item), f"{self.rates(grouped, item.signal)} > 0")

    @render.register
    def _(self, item: Shift) -> str:
        return baselines.shift(item, self._past_level(item))

    @render.register
    def _(self, item: Decline) -> str:
        return f"1 - {baselines.of_usual(item, self._past_level(item))}"

    @render.register
    def _(self, item: Growth) -> str:
        return f"{baselines.of_usual(item, self._past_level(item))} - 1"

    def _past_level(self, item: Shift | Decline | Growth) -> str:
        return self.baseline(item, Level(signal=item.signal, aggregate="avg", by=item.by))

    @render.register
    def _(self, item: Seasonal) -> str:
        series = self.baseline(item, Rate(signal=item.signal, by=item.by))
        return baselines.seasonal(item, series, self.labels(item))

    @render.register
    def _(self, item: Slope | TimeToZero) -> str:
        bound = binding(item.signals[0])
        text = trends.along(item, selector(bound.series[0]), self.labels(item))
        return scaled(text, bound) if isinstance(item, Slope) else text

    @render.register
    def _(self, item: TimeToFull) -> str:
        used, limit = self._gauge(item, item.used, "max"), self._gauge(item, item.limit, "max")
        bound = binding(item.used)
        speed = scaled(trends.rising(item, selector(bound.series[0]), self.labels(item)), bound)
        return f"(({limit} > 0) - {used})\n/\n({speed})"

    @render.register
    def _(self, item: Slowdown) -> str:
        then = replace(item, window=item.over)
        now = f"{self.rates(item, item.total)}\n/\n({self.rates(item, item.count)} > 0)"
        usual = [self.rates(then, signal, ago=item.window) for signal in (item.total, item.count)]
        return f"({now})\n/\n({usual[0]} / ({usual[1]} > 0))\n- 1"

    @render.register
    def _(self, item: Hours) -> str:
        value = scaled(selector(binding(item.signal).series[0]), binding(item.signal))
        inner = aggregate("sum", self.labels(item), value if item.what == "used" else f"1 - {value}")
        return trends.hours(item, inner)
