"""Builds the indicator of an SLO from what the spec says and the signals the service has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, did_you_mean, one_of
from mlmon.plan.moments import Age
from mlmon.plan.quantities import Level, Quantile, Quantity
from mlmon.plan.selectors import SelectorError, check_vector, is_subset, read_selector
from mlmon.plan.signals import PrometheusBinding, Signal
from mlmon.plan.slo import Computed, Events, Indicator, TimeWhile, Within
from mlmon.units import UnitError, read, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlmon.plan.model import Component
    from mlmon.spec.load import Loaded
    from mlmon.spec.service import Service
    from mlmon.spec.slo import Slo as SloSpec
    from mlmon.spec.source import KeyPath

_HALF: Final = Decimal("0.5")


@dataclass
class Indicators:
    """Builds the indicators of one service's SLOs; what cannot be measured becomes a finding and None."""

    service: Loaded[Service]
    components: tuple[Component, ...]
    problems: list[Finding]

    def build(self, spec: SloSpec, where: KeyPath) -> Indicator | None:
        """Return the indicator of the SLO that stands at `where` in the spec."""
        kinds: dict[str, Callable[[SloSpec, KeyPath], Indicator | None]] = {
            "availability": self._availability,
            "latency": self._latency,
            "freshness": self._freshness,
            "quality": self._quality,
            "events": self._events,
            "ratio": self._ratio,
            "boolean": self._boolean,
        }
        return kinds[spec.kind](spec, where)

    def _problem(self, message: str, advice: str, *where: str | int, rule: str = "slo-invalid") -> None:
        place = self.service.document.locate(where)
        self.problems.append(Finding(rule=rule, message=message, advice=advice, place=place))

    def _availability(self, spec: SloSpec, where: KeyPath) -> Events | None:
        del spec
        found = [(component.signal("errors"), component.signal("requests")) for component in self.components]
        pairs = tuple((bad, total) for bad, total in found if bad and total)
        if pairs:
            return Events(pairs)
        self._problem("no component counts both requests and errors", "add a runtime preset that does", *where)
        return None

    def _latency(self, spec: SloSpec, where: KeyPath) -> Within | None:
        try:
            limit = read(spec.threshold or "", "seconds")
        except UnitError as error:
            self._problem(error.message, error.advice, *where, "threshold", rule="spec-value")
            return None
        signals = [signal for component in self.components if (signal := component.signal("latency"))]
        histograms = tuple(signal for signal in signals if signal.kind == "histogram" and signal.prometheus)
        if not histograms:
            message = (
                "no component has a latency histogram in Prometheus, so the share of fast answers cannot be counted"
            )
            advice = next((f"switch it on: {signal.enabled_by}" for signal in signals if signal.enabled_by), "")
            if not advice and any(signal.cloudwatch for signal in signals):
                advice = "CloudWatch has percentiles: give `thresholds: {latency_p99: …}` instead of the SLO"
            self._problem(message, advice or "add a runtime preset with a histogram, or remove the SLO", *where)
            return None
        fits = [self._has_bucket(signal, limit, where) for signal in histograms]
        return Within(histograms, limit) if all(fits) else None

    def _has_bucket(self, signal: Signal, limit: Decimal, where: KeyPath) -> bool:
        binding = signal.prometheus
        if binding is None or binding.native:
            return True
        bounds = sorted(bound * binding.scale for bound in binding.buckets)
        if not bounds:
            metric = binding.series[0].metric
            message = f"the bucket bounds of {metric} are not known, so fast answers cannot be counted"
            advice = f"list the bounds that a scrape shows under `signals.{signal.name}.prometheus.buckets`"
            self._problem(message, advice, *where, "threshold", rule="slo-unknown-buckets")
            return False
        if limit in bounds:
            return True
        near = [bound for bound in bounds if bound < limit][-1:] + [bound for bound in bounds if bound > limit][:1]
        shown, choices = show(limit, "seconds"), " or ".join(show(bound, "seconds") for bound in near)
        message = f"{shown} is not a bucket bound of {binding.series[0].metric}, so it cannot be counted exactly"
        advice = f"choose {choices}, or give the service that bucket and list it under `buckets`"
        self._problem(message, advice, *where, "threshold", rule="slo-off-bucket")
        return False

    def _freshness(self, spec: SloSpec, where: KeyPath) -> TimeWhile | None:
        for component in self.components:
            signal = component.signal("model_created")
            if signal and signal.prometheus and spec.max_age:
                return TimeWhile(Age(signal=signal, by=tuple(spec.group_by)), "above", spec.max_age.seconds)
        message = "no component tells when the model was made (signal model_created)"
        self._problem(message, "bind it under `signals:`", *where)
        return None

    def _quality(self, spec: SloSpec, where: KeyPath) -> TimeWhile | None:
        name = str(spec.signal)
        signal = next((found for component in self.components if (found := component.signal(name))), None)
        if not signal or not signal.prometheus:
            known = sorted({found.name for component in self.components for found in component.signals})
            advice = did_you_mean(name, known) or f"this service has {one_of(known)}"
            self._problem(f'no component of this service has a signal "{name}"', advice, *where, "signal")
            return None
        by = tuple(spec.group_by)
        quantity: Quantity = Level(signal=signal, aggregate="avg", by=by)
        if signal.kind == "histogram":
            quantity = Quantile(signal=signal, q=_HALF, by=by)
        key, raw = ("min", spec.min) if spec.min is not None else ("max", spec.max)
        try:
            return TimeWhile(quantity, "below" if key == "min" else "above", read(raw or 0, signal.unit))
        except UnitError as error:
            self._problem(error.message, error.advice, *where, key, rule="spec-value")
            return None

    def _events(self, spec: SloSpec, where: KeyPath) -> Events | None:
        marks = "good" if spec.good is not None else "bad"
        marked = self._counter(spec, marks, where)
        total = self._counter(spec, "total", where)
        if not marked or not total or not marked.prometheus or not total.prometheus:
            return None
        part, whole = marked.prometheus.series[0], total.prometheus.series[0]
        if not is_subset(part, whole):
            message = f"`{marks}` can select series that `total` does not"
            advice = f"give `{marks}` every matcher of `total`, so that the share stays between 0 and 1"
            self._problem(message, advice, *where, marks, rule="slo-not-a-subset")
            return None
        return Events(((marked, total),), "good" if marks == "good" else "bad")

    def _counter(self, spec: SloSpec, key: str, where: KeyPath) -> Signal | None:
        return self._selected(getattr(spec, key), key, "counter", where)

    def _selected(self, text: str, key: str, kind: str, where: KeyPath) -> Signal | None:
        try:
            bound = PrometheusBinding((read_selector(text),))
        except SelectorError as error:
            self._problem(f"`{key}` cannot be used: {error}", "write a selector", *where, key, rule="slo-selector")
            return None
        made = Signal(
            key, "spec", "gauge", "events", f"`{key}` of the spec.", self.service.document.path, prometheus=bound
        )
        return replace(made, kind="counter") if kind == "counter" else made

    def _ratio(self, spec: SloSpec, where: KeyPath) -> Computed | None:
        for key in ("ratio", "weight"):
            text = getattr(spec, key)
            try:
                if text is not None:
                    check_vector(text)
            except SelectorError as error:
                self._problem(f"`{key}` cannot be used: {error}", "write PromQL", *where, key, rule="promql-syntax")
                return None
        return Computed(str(spec.ratio), spec.weight)

    def _boolean(self, spec: SloSpec, where: KeyPath) -> TimeWhile | None:
        signal = self._selected(str(spec.gauge), "gauge", "gauge", where)
        quantity = Level(signal=signal, aggregate="min", by=tuple(spec.group_by)) if signal else None
        return TimeWhile(quantity, "below", Decimal(1)) if quantity else None
