"""Builds SLOs from the spec's promises, the signals a service has, and the burn-rate tiers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, did_you_mean, one_of
from mlmon.plan.quantities import Age, Level, Quantile, Quantity
from mlmon.plan.slo import BurnTier, Events, Slo, TimeWhile, Within
from mlmon.units import Duration, UnitError, percent, plain, read, show

if TYPE_CHECKING:
    from mlmon.packs.model import BurnRates
    from mlmon.plan.model import Component
    from mlmon.plan.signals import Signal
    from mlmon.spec.load import Loaded
    from mlmon.spec.service import Service
    from mlmon.spec.service import Slo as SloSpec
    from mlmon.spec.source import KeyPath

_HALF: Final = Decimal("0.5")
_DAY: Final = Decimal(86400)


def slos(
    service: Loaded[Service],
    components: tuple[Component, ...],
    burn_rates: BurnRates,
    severities: frozenset[str],
    problems: list[Finding],
) -> tuple[Slo, ...]:
    """Return the SLOs that can be measured with the components' signals; the others become findings."""
    return _Builder(service, components, burn_rates, severities, problems).build()


@dataclass
class _Builder:
    """The SLOs of one service."""

    service: Loaded[Service]
    components: tuple[Component, ...]
    burn_rates: BurnRates
    severities: frozenset[str]
    problems: list[Finding]

    def build(self) -> tuple[Slo, ...]:
        slos: list[Slo] = []
        for index, spec in enumerate(self.service.model.slos):
            where: KeyPath = ("slos", index)
            if any(slo.name == spec.name for slo in slos):
                self.problem(f'two SLOs are named "{spec.name}"', "rename one of them", *where, "name")
                continue
            indicator = self.indicator(spec, where)
            if indicator:
                slos.append(self.slo(spec, where, indicator))
        return tuple(slos)

    def slo(self, spec: SloSpec, where: KeyPath, indicator: Events | Within | TimeWhile) -> Slo:
        period = spec.window or self.burn_rates.period
        if not _DAY <= period.seconds <= 90 * _DAY:
            advice = "choose a window of 1d to 90d"
            self.problem(f"an error budget over {period} cannot be kept", advice, *where, "window")
        return Slo(
            name=spec.name, service=self.service.model.metadata.name, kind=spec.kind, objective=spec.objective,
            period=period, indicator=indicator, tiers=self.tiers(spec, period, where),
            description=spec.description or _described(spec), origin=self.service.document.locate(where),
            source=self.burn_rates.metadata.source,
        )  # fmt: skip

    def problem(self, message: str, advice: str, *where: str | int, rule: str = "slo-invalid") -> None:
        place = self.service.document.locate(where)
        self.problems.append(Finding(rule=rule, message=message, advice=advice, place=place))

    def tiers(self, spec: SloSpec, period: Duration, where: KeyPath) -> tuple[BurnTier, ...]:
        """The tiers whose long window leaves room in the period; a threshold that no ratio exceeds is an error."""
        tiers = []
        for tier in self.burn_rates.tiers:
            factor = tier.budget * period.seconds / tier.long.seconds
            fits = factor >= 1 and tier.long.seconds * 2 <= period.seconds
            if not fits or tier.severity not in self.severities or spec.kind not in tier.indicators:
                continue
            if factor * (1 - spec.objective) >= 1:
                self.unreachable(spec, tier.name, factor, where)
                continue
            tiers.append(
                BurnTier(tier.name, tier.severity, tier.long, tier.short, factor, tier.budget, tier.min_errors)
            )
        return tuple(tiers)

    def unreachable(self, spec: SloSpec, tier: str, factor: Decimal, where: KeyPath) -> None:
        message = (
            f"the tier {tier} of this SLO could never fire: {plain(factor)} times a budget of "
            f"{percent(1 - spec.objective)} is an error ratio of {percent(factor * (1 - spec.objective))}"
        )
        least = percent((1 - 1 / factor).quantize(Decimal("0.0001")))
        advice = f"raise the objective above {least}, or watch it with a threshold alert instead"
        self.problem(message, advice, *where, "objective", rule="slo-unreachable-tier")

    def indicator(self, spec: SloSpec, where: KeyPath) -> Events | Within | TimeWhile | None:
        match spec.kind:
            case "availability":
                return self.availability(where)
            case "latency":
                return self.latency(spec, where)
            case "freshness":
                return self.freshness(spec, where)
            case _:
                return self.quality(spec, where)

    def availability(self, where: KeyPath) -> Events | None:
        found = [(component.signal("errors"), component.signal("requests")) for component in self.components]
        pairs = tuple((bad, total) for bad, total in found if bad and total)
        if pairs:
            return Events(pairs)
        self.problem("no component counts both requests and errors", "add a runtime preset that does", *where)
        return None

    def latency(self, spec: SloSpec, where: KeyPath) -> Within | None:
        try:
            limit = read(spec.threshold or "", "seconds")
        except UnitError as error:
            self.problem(error.message, error.advice, *where, "threshold", rule="spec-value")
            return None
        signals = [signal for component in self.components if (signal := component.signal("latency"))]
        histograms = tuple(signal for signal in signals if signal.kind == "histogram" and signal.prometheus)
        if not histograms:
            advice = next((f"switch it on: {signal.enabled_by}" for signal in signals if signal.enabled_by), "")
            self.problem(
                "no component has a latency histogram in Prometheus, so the share of fast answers cannot be counted",
                advice or "add a runtime preset with a histogram, or remove the SLO", *where,
            )  # fmt: skip
            return None
        fits = [self.has_bucket(signal, limit, where) for signal in histograms]
        return Within(histograms, limit) if all(fits) else None

    def has_bucket(self, signal: Signal, limit: Decimal, where: KeyPath) -> bool:
        binding = signal.prometheus
        bounds = sorted(bound * binding.scale for bound in binding.buckets) if binding else []
        if binding is None or not bounds or limit in bounds:
            return True
        near = [bound for bound in bounds if bound < limit][-1:] + [bound for bound in bounds if bound > limit][:1]
        shown, choices = show(limit, "seconds"), " or ".join(show(bound, "seconds") for bound in near)
        message = f"{shown} is not a bucket bound of {binding.series[0].metric}, so it cannot be counted exactly"
        advice = f"choose {choices}, or give the service that bucket and list it under `buckets`"
        self.problem(message, advice, *where, "threshold", rule="slo-off-bucket")
        return False

    def freshness(self, spec: SloSpec, where: KeyPath) -> TimeWhile | None:
        for component in self.components:
            signal = component.signal("model_created")
            if signal and signal.prometheus and spec.max_age:
                return TimeWhile(Age(signal=signal), "above", spec.max_age.seconds)
        self.problem(
            "no component tells when the model was made (signal model_created)", "bind it under `signals:`", *where
        )
        return None

    def quality(self, spec: SloSpec, where: KeyPath) -> TimeWhile | None:
        name = str(spec.signal)
        signal = next((found for component in self.components if (found := component.signal(name))), None)
        if not signal or not signal.prometheus:
            known = sorted({found.name for component in self.components for found in component.signals})
            advice = did_you_mean(name, known) or f"this service has {one_of(known)}"
            self.problem(f'no component of this service has a signal "{name}"', advice, *where, "signal")
            return None
        quantity: Quantity = Level(signal=signal, aggregate="avg")
        if signal.kind == "histogram":
            quantity = Quantile(signal=signal, q=_HALF)
        raw, bad_if = (spec.min, "below") if spec.min is not None else (spec.max, "above")
        try:
            return TimeWhile(quantity, bad_if, read(raw if raw is not None else 0, signal.unit))
        except UnitError as error:
            self.problem(
                error.message, error.advice, *where, "min" if spec.min is not None else "max", rule="spec-value"
            )
            return None


def _described(spec: SloSpec) -> str:
    match spec.kind:
        case "availability":
            return "Requests that are answered without an error."
        case "latency":
            return f"Requests that are answered within {spec.threshold}."
        case "freshness":
            return f"Time during which the model is not older than {spec.max_age}."
        case _:
            bound = f"at least {spec.min}" if spec.min is not None else f"at most {spec.max}"
            return f"Time during which {str(spec.signal).replace('_', ' ')} is {bound}."
