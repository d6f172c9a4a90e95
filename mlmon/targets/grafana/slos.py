"""Promises kept and budgets left: a table of all SLOs of a service, and a closed row for each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql import slo as names
from mlmon.targets.grafana.drawing import Drawing, Override, Query, Section, Step
from mlmon.targets.grafana.looks import GOOD, HIDDEN, NEUTRAL, Palette
from mlmon.targets.grafana.queries import guard, union
from mlmon.targets.grafana.slotable import BUDGET_STEPS, LOW, status_table
from mlmon.targets.grafana.texts import literal, runbooks
from mlmon.units import percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Alert, Outputs, ServicePlan
    from mlmon.plan.slo import Slo
    from mlmon.units import Duration

THREE_NINES: Final = Decimal("0.999")


def measured(slos: Iterable[Slo]) -> list[Slo]:
    """Return the SLOs that Prometheus measures."""
    return [slo for slo in slos if slo.indicator.on("prometheus")]


def budget_left(slo: Slo) -> str:
    """Return the recorded share of the budget that is left."""
    return guard(names.series(names.REMAINING, slo, slo.period))


def windows(slo: Slo) -> list[Duration]:
    """Return the windows over which an error ratio is recorded, the shortest first."""
    return sorted({window for tier in slo.tiers for window in (tier.short, tier.long)} | {slo.period})


def burn(slo: Slo) -> str:
    """Return how many times faster than evenly the budget burns, over the shortest of the long windows."""
    return f"{_ratio(slo, pace(slo))} / {plain(slo.budget)}"


def gone_in(slo: Slo) -> str:
    """Return the seconds until the budget is gone at that pace; nothing while nothing burns or nothing is left."""
    return f"({budget_left(slo)} > 0) * {plain(slo.period.seconds)} / ({burn(slo)} > 0)"


def pace(slo: Slo) -> Duration:
    """Return the window over which it is told how fast a budget goes: the shortest long one."""
    return min((tier.long for tier in slo.tiers), default=slo.period)


def _ratio(slo: Slo, window: Duration) -> str:
    return guard(names.series(names.RATIO, slo, window))


def _by_slo(terms: Iterable[str]) -> str:
    # Tables are merged where all labels agree, and a series' own name is one of them.
    return f"max by (slo) (\n{union(terms)}\n)"


@dataclass(frozen=True)
class Promises:
    """Draws the SLOs of one service."""

    service: ServicePlan
    outputs: Outputs
    palette: Palette

    @property
    def slos(self) -> list[Slo]:
        """The SLOs that can be drawn."""
        return measured(self.service.slos)

    def table(self) -> Drawing:
        """One line per SLO: what is promised, what is left, how fast it goes."""
        asked = {
            "Objective": _by_slo(guard(names.series(names.OBJECTIVE, slo)) for slo in self.slos),
            "Budget left": _by_slo(budget_left(slo) for slo in self.slos),
            "Burn rate": _by_slo(burn(slo) for slo in self.slos),
            "Gone in": _by_slo(gone_in(slo) for slo in self.slos),
        }
        paces = ", ".join(dict.fromkeys(f"{pace(slo)} for {slo.name}" for slo in self.slos))
        return status_table(
            "Budget left over each SLO's own period. A burn rate of 1 spends it evenly, to the day; the pace is that "
            f"of the last {paces}. 'Gone in' says when the budget ends at that pace.",
            asked,
            {"slo": "SLO"},
        )

    def lowest(self) -> Drawing:
        """The smallest budget left of all SLOs, for the first screen."""
        return Drawing(
            kind="stat",
            title="Budget left",
            description="Budget left of the SLO that has the least; see the table for which one. Below 10 % releases "
            "should wait.",
            unit="percentunit",
            targets=(Query(f"min({union(budget_left(slo) for slo in self.slos)})"),),
            steps=BUDGET_STEPS,
        )

    def kept(self, slo: Slo) -> Drawing:
        """The share of good events over the period, red below the objective."""
        return Drawing(
            kind="stat",
            title=f"{slo.name.capitalize()} ({slo.period})",
            description=f"{literal(slo.description)} The objective is {percent(slo.objective)}.",
            unit="percentunit",
            targets=(Query(f"1 - {_ratio(slo, slo.period)}"),),
            steps=(Step(None, "red"), Step(slo.objective, GOOD)),
            maximum=Decimal(1),
            decimals=2 if slo.objective < THREE_NINES else 3,
        )

    def row(self, slo: Slo) -> Section:
        """Everything about one SLO, in a closed row."""
        head = [
            (self._objective(slo), 4),
            (self._left(slo), 5),
            (self.kept(slo), 5),
            (self._bad(slo), 5),
            (_gone(slo), 5),
        ]
        body = [(self._burning(slo), 8), (self._budget(slo), 8), (self._events(slo), 8)]
        title = f"SLO {slo.name}: {percent(slo.objective)} over {slo.period}"
        return Section(title, (tuple(head), tuple(body)), collapsed=True)

    def _alerts(self, slo: Slo) -> list[Alert]:
        return [alert for alert in self.service.alerts if getattr(alert.condition, "slo", None) == slo]

    def _objective(self, slo: Slo) -> Drawing:
        return Drawing(
            kind="stat",
            title="Objective",
            description=literal(slo.description),
            unit="percentunit",
            targets=(Query(guard(names.series(names.OBJECTIVE, slo))),),
            steps=(Step(None, NEUTRAL),),
        )

    def _left(self, slo: Slo) -> Drawing:
        return Drawing(
            kind="stat",
            title="Error budget left",
            description=f"Share of the {percent(slo.budget)} that may fail within {slo.period} and has not yet.",
            unit="percentunit",
            targets=(Query(budget_left(slo)),),
            steps=BUDGET_STEPS,
        )

    def _bad(self, slo: Slo) -> Drawing:
        timed = slo.counts_time
        return Drawing(
            kind="stat",
            title=f"{'Bad time' if timed else 'Bad events'} ({slo.period})",
            description=f"{'Time' if timed else 'Events'} within {slo.period} that broke the promise.",
            unit="s" if timed else "short",
            targets=(Query(guard(names.series(names.ERRORS, slo, slo.period))),),
            steps=(Step(None, NEUTRAL),),
            minimum=Decimal(0),
        )

    def _burning(self, slo: Slo) -> Drawing:
        alerts = self._alerts(slo)
        limits: dict[Decimal, str] = {}
        for tier in sorted(slo.tiers, key=lambda item: self.palette.rank(item.severity)):
            limits.setdefault(tier.threshold(slo.objective), self.palette.colour(tier.severity))
        tiers = "\n".join(
            f"- {tier.name} ({tier.severity}): {tier.long} and {tier.short} above "
            f"{percent(tier.threshold(slo.objective))}, {plain(tier.factor)} times the even rate"
            for tier in slo.tiers
        )
        return Drawing(
            kind="timeseries",
            title="Error ratio by window",
            description=f"A tier fires when both its windows are above its line.\n\n{tiers}",
            unit="percentunit",
            targets=tuple(Query(_ratio(slo, window), str(window)) for window in windows(slo)),
            steps=(Step(None, HIDDEN), *(Step(value, limits[value]) for value in sorted(limits))),
            lines=True,
            minimum=Decimal(0),
            soft_maximum=min(limits) * Decimal("1.1") if limits else None,
            no_value="no events",
            links=runbooks(self.outputs, alerts),
        )

    def _budget(self, slo: Slo) -> Drawing:
        return Drawing(
            kind="timeseries",
            title="Error budget left",
            description=f"Over the whole period of {slo.period}, whatever range the dashboard shows; below 0 the "
            "promise is broken.",
            unit="percentunit",
            targets=(Query(budget_left(slo), "left"),),
            steps=(Step(None, HIDDEN), Step(Decimal(0), "red"), Step(LOW, "orange")),
            lines=True,
            maximum=Decimal(1),
            time_from=str(slo.period),
        )

    def _events(self, slo: Slo) -> Drawing:
        window = windows(slo)[0]
        timed = slo.counts_time
        right = {"custom.axisPlacement": "right", "color": {"mode": "fixed", "fixedColor": "red"}}
        return Drawing(
            kind="timeseries",
            title=f"{'Time' if timed else 'Events'} within {window}",
            description="What the ratio is made of: bad on the right axis, all on the left one.",
            unit="s" if timed else "short",
            targets=(
                Query(guard(names.series(names.EVENTS, slo, window)), "all"),
                Query(guard(names.series(names.ERRORS, slo, window)), "bad"),
            ),
            minimum=Decimal(0),
            overrides=(Override("bad", right),),
        )


def _gone(slo: Slo) -> Drawing:
    return Drawing(
        kind="stat",
        title="Budget gone in",
        description=f"Time until the budget is gone at the pace of the last {pace(slo)}.",
        unit="s",
        targets=(Query(gone_in(slo)),),
        steps=(Step(None, "red"), Step(Decimal(3 * 86400), "orange"), Step(slo.period.seconds, GOOD)),
        no_value="nothing burns",
    )
