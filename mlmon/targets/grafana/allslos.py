"""PromQL over the SLOs of all services, which the variables `service` and `slo` narrow down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.promql import slo as names
from mlmon.promql.text import string
from mlmon.targets.grafana.queries import SERVICE_CHOSEN, guard, union
from mlmon.targets.grafana.slos import pace, windows
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlmon.plan.slo import BurnTier, Slo
    from mlmon.units import Duration

CHOSEN: Final = f'{SERVICE_CHOSEN},slo=~"$slo"'
OBJECTIVE: Final = f"max by (service, slo) ({names.OBJECTIVE}{{{CHOSEN}}})"
_BUDGET: Final = f"on (service, slo) group_left () (1 - {OBJECTIVE})"


@dataclass(frozen=True)
class AllSlos:
    """Asks about the SLOs that Prometheus measures."""

    slos: tuple[Slo, ...]

    def tiers(self) -> dict[Duration, dict[BurnTier, list[Slo]]]:
        """Return the burn-rate tiers of each period with the SLOs that have them; counts of errors do not matter."""
        found: dict[Duration, dict[tuple[object, ...], tuple[BurnTier, list[Slo]]]] = {}
        for slo in self.slos:
            for tier in slo.tiers:
                key = (tier.name, tier.severity, tier.long, tier.short, tier.factor)
                found.setdefault(slo.period, {}).setdefault(key, (tier, []))[1].append(slo)
        return {period: dict(tiers.values()) for period, tiers in found.items()}

    def by_pace(self) -> dict[Duration, list[Slo]]:
        """Return the SLOs by the window over which their pace is told, the shortest first."""
        found: dict[Duration, list[Slo]] = {}
        for slo in sorted(self.slos, key=pace):
            found.setdefault(pace(slo), []).append(slo)
        return found

    def left(self) -> str:
        """Budgets left of all SLOs."""
        periods = sorted({slo.period for slo in self.slos})
        return union(f"{names.REMAINING}{period}{{{CHOSEN}}}" for period in periods)

    def over_period(self, name: str, slos: Iterable[Slo]) -> str:
        """Return a series over each SLO's own period."""
        return self._split(slos, lambda slo: slo.period, lambda group, period: self.series(name, period, group))

    def burn(self, slos: Iterable[Slo]) -> str:
        """How many times faster than evenly budgets burn, over the window of each SLO's pace."""
        return self._split(slos, pace, lambda group, window: self.burn_over(window, group))

    def burn_over(self, window: Duration, slos: list[Slo]) -> str:
        """How many times faster than evenly budgets burn over one window."""
        return f"({self.series(names.RATIO, window, slos)}) / {_BUDGET}"

    def gone_in(self) -> str:
        """Seconds until budgets are gone at that pace; nothing while nothing burns or nothing is left."""

        def term(group: list[Slo], period: Duration) -> str:
            left = f"{names.REMAINING}{period}{{{CHOSEN}}}"
            return f"({left} > 0) * {plain(period.seconds)} / ({self.burn(group)} > 0)"

        return self._split(self.slos, lambda slo: slo.period, term)

    def series(self, name: str, window: Duration, slos: list[Slo]) -> str:
        """Select a series of some SLOs; where no others have it, nothing but the variables narrows it down."""
        if len(slos) == sum(1 for slo in self.slos if window in windows(slo)):
            return f"{name}{window}{{{CHOSEN}}}"
        services: dict[str, list[str]] = {}
        for slo in slos:
            services.setdefault(slo.name, []).append(slo.service)
        return union(
            f"{name}{window}{{slo={guard(string(slo))},service=~{guard(string('|'.join(own)))},{CHOSEN}}}"
            for slo, own in services.items()
        )

    def _split(
        self, slos: Iterable[Slo], key: Callable[[Slo], Duration], term: Callable[[list[Slo], Duration], str]
    ) -> str:
        groups: dict[Duration, list[Slo]] = {}
        for slo in slos:
            groups.setdefault(key(slo), []).append(slo)
        return union(term(groups[window], window) for window in sorted(groups))
