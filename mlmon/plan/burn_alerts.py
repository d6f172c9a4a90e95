"""Builds the alerts of SLOs: burn-rate tiers, notices of spent budget, and lost data.

Each carries a label that says which one it is (burn_tier, spent), so that a faster tier can inhibit a slower one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import BudgetSpent, BurnRate, Condition, NoData
from mlmon.plan.model import Alert
from mlmon.units import Duration, percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlmon.plan.slo import BurnTier, Notice, Slo

_MODEL: Final = frozenset({"freshness", "quality"})
_NOW: Final = Duration(Decimal(0))
_NO_DATA_SEVERITY: Final = "ticket"


@dataclass(frozen=True)
class SloAlerts:
    """What the alerts of SLOs have in common: runbook texts by alert name, severities that exist, rule interval."""

    runbooks: Mapping[str, str]
    severities: frozenset[str]
    interval: Duration

    def build(self, slos: Iterable[Slo]) -> tuple[Alert, ...]:
        """Return all alerts of all SLOs, each SLO's most urgent first."""
        return tuple(alert for slo in slos for alert in self._of(slo))

    def _of(self, slo: Slo) -> Iterator[Alert]:
        for tier in slo.tiers:
            yield self._burn(slo, tier)
        for notice in slo.notices:
            yield self._spent(slo, notice)
        if _NO_DATA_SEVERITY in self.severities:
            yield self._no_data(slo)

    def _burn(self, slo: Slo, tier: BurnTier) -> Alert:
        limit, factor = percent(tier.threshold(slo.objective)), plain(tier.factor)
        return self._alert(
            slo,
            BurnRate(slo, tier),
            name="ErrorBudgetBurn",
            severity=tier.severity,
            # The windows smooth already; a `for` would only delay the page.
            for_=_NOW,
            summary=f"{{service}}: the {slo.name} budget burns more than {factor} times as fast as it may",
            description=(
                f"{{value}} of events were bad over {tier.long}, more than {limit}, and over {tier.short} as well; the "
                f"objective is {percent(slo.objective)} over {slo.period}. The budget burns {{burn_rate}} times as "
                f"fast as it may; {{budget_left}} of it is left, which lasts {{exhaustion}} at this rate."
            ),
            reason=f"{percent(tier.budget)} of the {slo.period} budget within {tier.long}",
            labels=(("burn_tier", tier.name),),
        )

    def _spent(self, slo: Slo, notice: Notice) -> Alert:
        share = percent(notice.spent)
        return self._alert(
            slo,
            BudgetSpent(slo, notice),
            name="ErrorBudgetSpent",
            severity=notice.severity,
            for_=Duration.of("10m"),
            summary=f"{{service}}: {share} of the {slo.name} budget is spent",
            description=(
                f"{{value}} of the {slo.period} error budget is left; the objective is {percent(slo.objective)}. "
                "Releases and experiments that could cost more should wait."
            ),
            reason="A budget that is nearly gone is a matter of planning, not of waking anybody.",
            labels=(("spent", share),),
        )

    def _no_data(self, slo: Slo) -> Alert:
        return self._alert(
            slo,
            NoData(slo, self.interval),
            name="SLODataLost",
            severity=_NO_DATA_SEVERITY,
            for_=Duration.of("10m"),
            summary=f"{{service}}: the {slo.name} SLO is no longer measured",
            description=(
                "Events were counted within the last day, but none for 15 minutes. While nothing is counted the budget "
                "looks untouched and no burn alert can fire."
            ),
            reason="Without data an SLO is silent, which looks like a service without faults.",
            labels=(),
        )

    def _alert(
        self,
        slo: Slo,
        condition: Condition,
        *,
        name: str,
        severity: str,
        for_: Duration,
        summary: str,
        description: str,
        reason: str,
        labels: tuple[tuple[str, str], ...],
    ) -> Alert:
        return Alert(
            name=name,
            service=slo.service,
            component="slo",
            severity=severity,
            layer="model" if slo.kind in _MODEL else "application",
            kind="symptom",
            outage=False,
            condition=condition,
            for_=for_,
            keep_firing_for=None,
            summary=summary,
            description=description,
            reason=reason,
            reference=slo.source,
            threshold_key="",
            labels=(("slo", slo.name), *labels),
            runbook=self.runbooks.get(name, ""),
            notes="",
            origin=slo.origin,
            source=f"burn-rates/{name}",
        )
