"""Error budgets of all SLOs over time: what is left, how fast they burn, and the alerts that said so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql import slo as names
from mlmon.targets.grafana.allslos import OBJECTIVE, AllSlos
from mlmon.targets.grafana.drawing import Drawing, Query, Step
from mlmon.targets.grafana.joint import service_link
from mlmon.targets.grafana.looks import GOOD, HIDDEN, NEUTRAL
from mlmon.targets.grafana.queries import union
from mlmon.targets.grafana.slotable import LOW
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.slo import BurnTier, Slo
    from mlmon.targets.grafana.drawing import Link
    from mlmon.targets.grafana.firing import Firing
    from mlmon.targets.grafana.looks import Palette
    from mlmon.units import Duration

_WARNED: Final = (Step(None, GOOD), Step(Decimal(1), "orange"))
_LOST: Final = (Step(None, GOOD), Step(Decimal(1), "red"))
_HEADROOM: Final = Decimal("1.1")


@dataclass(frozen=True)
class Budgets:
    """Draws the SLOs of all services together."""

    asked: AllSlos
    palette: Palette
    firing: Firing

    @property
    def links(self) -> tuple[Link, ...]:
        """The way from a line to its service."""
        return service_link(slo.service for slo in self.asked.slos)

    @property
    def legend(self) -> str:
        """Service and SLO, and the labels by which any SLO has budgets of its own."""
        labels = dict.fromkeys(label for slo in self.asked.slos for label in slo.group_labels)
        return " ".join(f"{{{{{label}}}}}" for label in ("service", "slo", *labels))

    def numbers(self) -> list[Drawing]:
        """How many promises there are, and how many are in danger."""
        left = self.asked.left()
        none = f"or 0 * count({OBJECTIVE})"
        return [
            _count("SLOs", "SLOs that Prometheus measures.", f"count({OBJECTIVE})", (Step(None, NEUTRAL),)),
            _count(
                "Budgets spent", "SLOs that have been broken within their period.", f"count(({left}) < 0) {none}", _LOST
            ),
            _count(
                "Budgets nearly spent",
                "SLOs with less than 10 % of their budget left, but some of it.",
                f"count(({left}) >= 0 < {plain(LOW)}) {none}",
                _WARNED,
            ),
            self.firing.counts(),
        ]

    def left(self) -> Drawing:
        """The budgets over the longest period."""
        longest = max((slo.period for slo in self.asked.slos), key=lambda period: period.seconds)
        return Drawing(
            kind="timeseries",
            title="Error budget left",
            description=f"Each over its own period, shown for {plain(longest.seconds / 86400)} days whatever range the "
            "dashboard shows; below 0 the promise is broken.",
            unit="percentunit",
            targets=(Query(self.asked.left(), self.legend),),
            steps=(Step(None, HIDDEN), Step(Decimal(0), "red"), Step(LOW, "orange")),
            lines=True,
            maximum=Decimal(1),
            time_from=f"{plain(longest.seconds / 86400)}d",
            series_links=self.links,
        )

    def incidents(self) -> Drawing:
        """When an alert on a budget fired, by SLO."""
        severities = self.palette.routing.severities
        ranks = {severity.name: len(severities) - index for index, severity in enumerate(severities)}
        firing = union(f"{self.firing.alerts(severity=name)} * {rank}" for name, rank in ranks.items())
        quiet = ("0", "quiet", GOOD)
        return Drawing(
            kind="state-timeline",
            title="Alerts on budgets",
            description="When an alert on an SLO fired, the most urgent one first; a stretch of colour is an incident.",
            unit="short",
            targets=(Query(f"max by (service, slo) (\n{firing}\n)\nor\n0 * {OBJECTIVE}", "{{service}} {{slo}}"),),
            texts=(quiet, *((str(rank), name, self.palette.colour(name)) for name, rank in ranks.items())),
            series_links=self.links,
        )

    def burning(self) -> Iterator[tuple[Duration, list[Drawing]]]:
        """Graphs of each tier's burn rate, by the period of the SLOs."""
        for period, tiers in self.asked.tiers().items():
            ordered = sorted(tiers.items(), key=lambda item: (self.palette.rank(item[0].severity), item[0].long))
            yield period, [self._tier(tier, slos) for tier, slos in ordered]

    def _tier(self, tier: BurnTier, slos: list[Slo]) -> Drawing:
        return Drawing(
            kind="timeseries",
            title=f"Burn rate over {tier.long} ({tier.name})",
            description=f"Times the even rate. An SLO alerts ({tier.severity}) while it burns more than "
            f"{plain(tier.factor)} times as fast as it may over {tier.long} and over {tier.short} as well.",
            unit="short",
            axis_label="times the even rate",
            targets=(Query(self.asked.burn_over(tier.long, slos), self.legend),),
            steps=(Step(None, HIDDEN), Step(tier.factor, self.palette.colour(tier.severity))),
            lines=True,
            minimum=Decimal(0),
            soft_maximum=tier.factor * _HEADROOM,
            no_value="no events",
            series_links=self.links,
        )

    def events(self) -> Iterator[Drawing]:
        """What the ratios are made of: events and bad ones, or bad time."""
        for window, slos in self.asked.by_pace().items():
            counted = [slo for slo in slos if not slo.counts_time]
            timed = [slo for slo in slos if slo.counts_time]
            if counted:
                text = f"Events within {window}."
                yield self._events(f"Events within {window}", text, names.EVENTS, window, counted, "short")
                text = f"Events within {window} that broke the promise."
                yield self._events(f"Bad events within {window}", text, names.ERRORS, window, counted, "short")
            if timed:
                text = f"Time within {window} in which the promise was broken."
                yield self._events(f"Bad time within {window}", text, names.ERRORS, window, timed, "s")

    def _events(self, title: str, text: str, name: str, window: Duration, slos: list[Slo], unit: str) -> Drawing:
        return Drawing(
            kind="timeseries",
            title=title,
            description=text,
            unit=unit,
            targets=(Query(self.asked.series(name, window, slos), self.legend),),
            minimum=Decimal(0),
            no_value="no events",
            series_links=self.links,
        )


def _count(title: str, text: str, expr: str, steps: tuple[Step, ...]) -> Drawing:
    return Drawing(kind="stat", title=title, description=text, unit="none", targets=(Query(expr),), steps=steps)
