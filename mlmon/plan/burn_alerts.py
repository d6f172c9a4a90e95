"""Builds the burn-rate alerts of SLOs: one per tier, with a tier label by which a fast one can inhibit a slow one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import BurnRate
from mlmon.plan.model import Alert
from mlmon.units import Duration, percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.slo import BurnTier, Slo

ALERT_NAME: Final = "ErrorBudgetBurn"
_LAYER: Final = {"availability": "application", "latency": "application", "freshness": "model", "quality": "model"}


def burn_alerts(slos: Iterable[Slo], runbook: str) -> tuple[Alert, ...]:
    """Return the alerts of all tiers of all SLOs; `runbook` is the text they share."""
    return tuple(_alert(slo, tier, runbook) for slo in slos for tier in slo.tiers)


def _alert(slo: Slo, tier: BurnTier, runbook: str) -> Alert:
    limit, factor = percent(tier.threshold(slo.objective)), plain(tier.factor)
    return Alert(
        name=ALERT_NAME,
        service=slo.service,
        component="slo",
        severity=tier.severity,
        layer=_LAYER[slo.kind],
        kind="symptom",
        outage=False,
        condition=BurnRate(slo, tier),
        # The windows smooth already; a `for` would only delay the page.
        for_=Duration(Decimal(0)),
        keep_firing_for=None,
        summary=f"{{service}}: the {slo.name} budget burns more than {factor} times as fast as it may",
        description=(
            f"Over {tier.long} and over {tier.short} more than {limit} of events were bad "
            f"({{value}} over {tier.long}); "
            f"the objective is {percent(slo.objective)} over {slo.period}. At this rate {percent(tier.budget)} of the "
            f"budget goes every {tier.long}."
        ),
        reason=f"{percent(tier.budget)} of the {slo.period} budget within {tier.long}",
        reference=slo.source,
        threshold_key="",
        labels=(("slo", slo.name), ("burn_tier", tier.name)),
        runbook=runbook,
        notes="",
        origin=slo.origin,
        source=f"burn-rates/{tier.name}",
    )
