"""Renders quantities as PromQL that survives missing series, idle services and renamed labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from mlmon.plan.baselines import Decline, Growth, Seasonal, Shift
from mlmon.plan.quantities import (
    Age,
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
    TimeLeft,
    Variants,
)
from mlmon.plan.trends import Hours, Slope, Slowdown, TimeToFull, TimeToZero
from mlmon.promql import trends
from mlmon.promql.text import aggregate, equals, scaled, selector
from mlmon.units import plain

if TYPE_CHECKING:
    from mlmon.plan.model import ServicePlan
    from mlmon.plan.signals import PrometheusBinding, Signal
    from mlmon.units import Duration

_WEEKS = ("1w", "2w", "3w")
_BREAK = "\n  "


def binding(signal: Signal) -> PrometheusBinding:
    """Return a signal's Prometheus binding. Raises ValueError when it has none, which is a bug of the caller."""
    if signal.prometheus is None:
        raise ValueError(f"{signal.name} has no Prometheus binding")
    return signal.prometheus


@dataclass(frozen=True)
class Renderer:
    """Renders the quantities of one service.

    A quantity that the service records is read from its recording, so that alerts, panels and baselines agree.
    `window` replaces the windows of rates (Grafana's `$__rate_interval`); `record` is off while a recording's own
    rule is rendered.
    """

    service: ServicePlan | None = None
    window: str | None = None
    read_recorded: bool = True

    def quantity(self, item: Quantity) -> str:
        """Return the expression of a quantity in its unit."""
        recording = self.service.recorded(item) if self.service and self.read_recorded else None
        if self.service and recording:
            return recording.record + equals(service=self.service.name, component=recording.component)
        return self.render(item)

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
        if len(terms) > 1:
            terms = [f'label_replace({term}, "mlmon_part", "{index}", "", "")' for index, term in enumerate(terms)]
        return aggregate("sum", self.labels(item), " or ".join(terms))

    def _gauge(self, item: Quantity, signal: Signal, operator: str = "sum") -> str:
        bound = binding(signal)
        return scaled(aggregate(operator, self.labels(item), selector(bound.series[0])), bound)

    def baseline(self, item: Quantity, base: Quantity) -> str:
        """Return the recorded selector that a baseline looks back on. Raises ValueError where none is recorded."""
        recording = self.service.recorded(base) if self.service else None
        if not self.service or not recording:
            raise ValueError(f"{item.form} of {item.signals[0].name} needs the recording of {base}")
        return recording.record + equals(service=self.service.name, component=recording.component)

    @singledispatchmethod
    def render(self, item: Quantity) -> str:
        """Render one form. Raises NotImplementedError for a form without a renderer, which a contract test forbids."""
        raise NotImplementedError(type(item).__name__)

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
        series = self.baseline(item, Level(signal=item.signal, aggregate="avg", by=item.by))
        now, then = f"avg_over_time({series}[{item.window}])", f"avg_over_time({series}[{item.window}] offset 1w)"
        # The week before last holds nothing of a shift that began this week, however long it has lasted.
        usual, least = f"stddev_over_time({series}[1w] offset 1w)", f"{plain(item.floor)} * abs({then})"
        # With less than that week in store the deviation would be that of a few hours, and any day a shift.
        known = f"present_over_time({series}[1d] offset 13d)"
        return f"abs({now} - {then})\n/\n(\n  ((({usual} > {least}) or {least}) and {known}) > 0\n)"

    @render.register
    def _(self, item: Decline) -> str:
        return f"1 - {self._of_usual(item)}"

    @render.register
    def _(self, item: Growth) -> str:
        return f"{self._of_usual(item)} - 1"

    def _of_usual(self, item: Decline | Growth) -> str:
        series = self.baseline(item, Level(signal=item.signal, aggregate="avg", by=item.by))
        usual = f"quantile_over_time(0.5, {series}[{item.over}] offset 1d)"
        # The median of the window, too: one bad evaluation among good ones is not a trend.
        return f"quantile_over_time(0.5, {series}[{item.window}])\n/\n({usual} > 0)"

    @render.register
    def _(self, item: Seasonal) -> str:
        series = self.baseline(item, Rate(signal=item.signal, by=item.by))
        now, labels = f"avg_over_time({series}[{item.window}])", self.labels(item)
        weeks = [(week, f"avg_over_time({series}[{item.window}] offset {week})") for week in _WEEKS]
        # Told apart by a label, the three weeks are three members of one group, of which the median is taken.
        united = " or\n  ".join(f'label_replace({then}, "mlmon_week", "{week}", "", "")' for week, then in weeks)
        usual = f"({aggregate('quantile', labels, f'0.5,{_BREAK}{united}')} > {plain(item.floor)})"
        # Traffic that has stopped altogether leaves nothing to compare; it is 0 of what is usual.
        return f"({aggregate('sum', labels, now)} or 0 * {usual})\n/\n{usual}"

    @render.register
    def _(self, item: Slope | TimeToZero) -> str:
        bound = binding(item.signals[0])
        text = trends.along(item, selector(bound.series[0]), self.labels(item))
        return scaled(text, bound) if isinstance(item, Slope) else text

    @render.register
    def _(self, item: TimeToFull) -> str:
        used, limit = self._gauge(item, item.used, "max"), self._gauge(item, item.limit, "max")
        speed = scaled(
            trends.rising(item, selector(binding(item.used).series[0]), self.labels(item)), binding(item.used)
        )
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
