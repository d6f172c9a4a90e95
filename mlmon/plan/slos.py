"""Builds SLOs from the spec's promises: indicator, period, and the tiers that can fire for them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding
from mlmon.plan.cardinality import is_content
from mlmon.plan.indicators import Indicators
from mlmon.plan.names import is_severity
from mlmon.plan.slo import BurnTier, CalendarPeriod, Indicator, Notice, Slice, Slo
from mlmon.units import Duration, percent, plain

if TYPE_CHECKING:
    from mlmon.packs.model import BurnRates
    from mlmon.plan.model import Component
    from mlmon.spec.load import Loaded
    from mlmon.spec.project import Project
    from mlmon.spec.service import Service
    from mlmon.spec.slo import Slo as SloSpec
    from mlmon.spec.slo import Tier
    from mlmon.spec.source import KeyPath

_DAYS: Final = {"month": 30, "quarter": 90}


def slos(
    service: Loaded[Service],
    project: Loaded[Project],
    components: tuple[Component, ...],
    burn_rates: BurnRates,
    problems: list[Finding],
) -> tuple[Slo, ...]:
    """Return the SLOs that can be measured with the components' signals; the others become findings."""
    return _Builder(service, project, burn_rates, Indicators(service, components, problems), problems).build()


@dataclass
class _Builder:
    """The SLOs of one service."""

    service: Loaded[Service]
    project: Loaded[Project]
    burn_rates: BurnRates
    indicators: Indicators
    problems: list[Finding]

    def build(self) -> tuple[Slo, ...]:
        made: list[Slo] = []
        for index, spec in enumerate(self.service.model.slos):
            where: KeyPath = ("slos", index)
            if any(slo.name == spec.name for slo in made):
                self._problem(f'two SLOs are named "{spec.name}"', "rename one of them", *where, "name")
            elif (indicator := self.indicators.build(spec, where)) and self._bounded(spec, where):
                made.append(self._slo(spec, where, indicator))
        return tuple(made)

    def _problem(self, message: str, advice: str, *where: str | int, rule: str = "slo-invalid") -> None:
        place = self.service.document.locate(where)
        self.problems.append(Finding(rule=rule, message=message, advice=advice, place=place))

    def _slo(self, spec: SloSpec, where: KeyPath, indicator: Indicator) -> Slo:
        own = self.project.model.burn_rates
        days = Duration(Decimal(86400 * _DAYS[spec.calendar])) if spec.calendar else None
        rolling = spec.window or (own.period if own else self.burn_rates.period)
        return Slo(
            name=spec.name,
            service=self.service.model.metadata.name,
            kind=spec.kind,
            objective=spec.objective,
            period=CalendarPeriod.named(spec.calendar) if spec.calendar else rolling,
            indicator=indicator,
            tiers=self._tiers(spec, days or rolling, where),
            description=spec.description or _described(spec),
            origin=self.service.document.locate(where),
            source=self.burn_rates.metadata.source,
            group_by=tuple(spec.group_by),
            slice=Slice(spec.slice.length, spec.slice.objective) if spec.slice else None,
            notices=self._notices(),
            traffic=spec.traffic,
        )

    def _bounded(self, spec: SloSpec, where: KeyPath) -> bool:
        """A budget for each user or request would be as many series, and none with enough events to judge."""
        for index, label in enumerate(spec.group_by):
            if is_content(label):
                message = f"grouping by `{label}` has no bound: it grows with the content of requests"
                advice = "group by something of the deployment, such as version, region, tenant or model"
                self._problem(message, advice, *where, "group_by", index, rule="slo-unbounded-group")
                return False
        return True

    def _notices(self) -> tuple[Notice, ...]:
        notices = [item for item in self.burn_rates.notices if item.severity in self.project.model.severities]
        ends = [item.spent for item in notices[1:]]
        return tuple(
            Notice(item.spent, end, item.severity, self.burn_rates.notice_min_errors)
            for item, end in zip(notices, [*ends, None], strict=True)
        )

    def _tiers(self, spec: SloSpec, period: Duration, where: KeyPath) -> tuple[BurnTier, ...]:
        """The tiers whose windows fit the period; one that could never fire is an error."""
        own = self.project.model.burn_rates
        tiers = spec.tiers or (own.tiers if own else self.burn_rates.tiers_for(period))
        made = [
            self._tier(spec, tier, period, where)
            for tier in tiers
            if not tier.indicators or spec.kind in tier.indicators
        ]
        return tuple(tier for tier in made if tier)

    def _tier(self, spec: SloSpec, tier: Tier, period: Duration, where: KeyPath) -> BurnTier | None:
        factor, budget = tier.budget * period.seconds / tier.long.seconds, tier.budget
        if factor < 1 and self._is_even(spec, tier):
            # In a shorter period the window's even share is more than the tier's: beyond it is what is news.
            factor, budget = Decimal(1), (tier.long.seconds / period.seconds).quantize(Decimal("0.0001"))
        place = self.service.document.locate((*where, "tiers") if spec.tiers else where)
        if not is_severity(tier.severity, self.project.model.severities, place, self.problems):
            return None
        if factor < 1 or tier.long.seconds * 2 > period.seconds:
            # A window of half the period is no warning any more; the budget's own notices say the rest.
            if spec.tiers:
                self._too_long(tier, period, where)
            return None
        if factor * (1 - spec.objective) >= 1:
            self._unreachable(spec, tier, factor, where)
            return None
        if spec.traffic and spec.traffic * tier.long.seconds < tier.min_errors:
            self._too_quiet(spec, tier, where)
            return None
        return BurnTier(tier.name, tier.severity, tier.long, tier.short, factor, budget, tier.min_errors)

    def _is_even(self, spec: SloSpec, tier: Tier) -> bool:
        """Whether a usual tier fires from the even rate on in the period that it was made for."""
        own = self.project.model.burn_rates
        period = own.period if own else self.burn_rates.period
        return not spec.tiers and tier.budget * period.seconds == tier.long.seconds

    def _unreachable(self, spec: SloSpec, tier: Tier, factor: Decimal, where: KeyPath) -> None:
        message = (
            f"the tier {tier.name} of this SLO could never fire: {plain(factor)} times a budget of "
            f"{percent(1 - spec.objective)} is an error ratio of {percent(factor * (1 - spec.objective))}"
        )
        least = percent((1 - 1 / factor).quantize(Decimal("0.0001"), ROUND_CEILING))
        advice = f"raise the objective above {least}, or give the SLO `tiers:` with a smaller budget"
        self._problem(message, advice, *where, "objective", rule="slo-unreachable-tier")

    def _too_long(self, tier: Tier, period: Duration, where: KeyPath) -> None:
        message = f"the tier {tier.name} does not fit the period of {period}: its window of {tier.long} is too long"
        advice = "choose a `long` of at most half the period, with a budget above its even share"
        self._problem(message, advice, *where, "tiers")

    def _too_quiet(self, spec: SloSpec, tier: Tier, where: KeyPath) -> None:
        expected = plain(((spec.traffic or Decimal(0)) * tier.long.seconds).quantize(Decimal("0.1")))
        message = (
            f"the tier {tier.name} needs {tier.min_errors} bad events within {tier.long}, "
            f"but only {expected} events are expected in that time: even a total outage would not fire it"
        )
        advice = "give the SLO `tiers:` with a longer window or a smaller `min_errors`"
        self._problem(message, advice, *where, "traffic", rule="slo-unreachable-tier")


def _described(spec: SloSpec) -> str:
    bound = f"at least {spec.min}" if spec.min is not None else f"at most {spec.max}"
    sentences = {
        "availability": "Requests that are answered without an error.",
        "latency": f"Requests that are answered within {spec.threshold}.",
        "freshness": f"Time during which the model is not older than {spec.max_age}.",
        "quality": f"Time during which {str(spec.signal).replace('_', ' ')} is {bound}.",
        "events": "Events that are good.",
        "ratio": "Events that are good, by a ratio that is computed elsewhere.",
        "boolean": "Time during which the check says that all is well.",
    }
    if spec.slice:
        each = f"of which at least {percent(spec.slice.objective)} meet this"
        return f"{sentences[spec.kind].rstrip('.')}; counted as slices of {spec.slice.length}, {each}."
    return sentences[spec.kind]
