"""Records SLOs once more, under the names that dashboards made for sloth and pyrra read.

Names and labels as in sloth v0.16.0 (https://github.com/slok/sloth/tree/v0.16.0/pkg/common/conventions and
https://github.com/slok/sloth/tree/v0.16.0/internal/plugin/slo/core) and in the generic rules of pyrra v0.10.0
(https://github.com/pyrra-dev/pyrra/blob/v0.10.0/slo/rules.go). Everything is derived from mlmon's own series, so that
the numbers agree with mlmon's and no raw data is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.slo import CalendarPeriod
from mlmon.promql import slo as expr
from mlmon.promql.text import aggregate
from mlmon.units import Duration, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlmon.plan.model import Outputs, ServicePlan
    from mlmon.plan.slo import Slo

_SLOTH_WINDOWS: Final = tuple(map(Duration.of, ("5m", "30m", "1h", "2h", "6h", "1d", "3d")))
_NOMINAL_DAYS: Final = {"month": "30d", "quarter": "90d"}
"""Both tools know rolling periods only; a calendar period is shown as one of this length."""
_FIVE_MINUTES: Final = _SLOTH_WINDOWS[0]
_PERCENT: Final = 100

Rule = dict[str, Any]


def groups(service: ServicePlan, outputs: Outputs) -> list[dict[str, Any]]:
    """Return one group per SLO and tool that the project asks for; none by default."""
    rules: dict[str, Callable[[Slo, Duration], Iterator[Rule]]] = {"sloth": _sloth, "pyrra": _pyrra}
    interval = outputs.evaluation_interval
    return [
        {
            "name": f"{service.name}-slo-{slo.name}:{tool}",
            "interval": str(interval),
            "rules": list(rules[tool](slo, interval)),
        }
        for slo in service.slos
        if slo.indicator.on("prometheus")
        for tool in outputs.compatibility
    ]


def _sloth(slo: Slo, interval: Duration) -> Iterator[Rule]:
    labels = expr.labels(slo) | {"sloth_id": slo.id, "sloth_service": slo.service, "sloth_slo": slo.name}
    period, budget = _nominal(slo), plain(slo.budget)
    of_period = expr.series(expr.RATIO, slo, slo.period)

    def rule(record: str, expression: str, **more: str) -> Rule:
        return {"record": record, "expr": expression, "labels": labels | more}

    for window in _SLOTH_WINDOWS:
        if window < period:
            ratio = _ratio(slo, window, interval)
            yield rule(f"slo:sli_error:ratio_rate{window}", ratio, sloth_window=str(window))
    yield rule(f"slo:sli_error:ratio_rate{period}", of_period, sloth_window=str(period))
    yield rule("slo:objective:ratio", f"vector({plain(slo.objective)})")
    yield rule("slo:error_budget:ratio", f"vector({budget})")
    yield rule("slo:time_period:days", f"vector({plain(period.seconds / Duration.of('1d').seconds)})")
    yield rule("slo:current_burn_rate:ratio", f"(\n{_ratio(slo, _FIVE_MINUTES, interval)}\n) / {budget}")
    yield rule("slo:period_burn_rate:ratio", f"{of_period} / {budget}")
    yield rule("slo:period_error_budget_remaining:ratio", expr.series(expr.REMAINING, slo, slo.period))
    objective = plain(slo.objective * _PERCENT)
    told = {"sloth_version": "mlmon", "sloth_mode": "mlmon", "sloth_spec": "mlmon/v1", "sloth_objective": objective}
    yield rule("sloth_slo_info", "vector(1)", **told)


def _pyrra(slo: Slo, interval: Duration) -> Iterator[Rule]:
    """Yield pyrra's generic rules. They know no groups, so those of a grouped SLO are added up."""
    # The label slo alone selects an SLO there, so that it has to be unique.
    labels = {"service": slo.service, "slo": slo.id}
    errors, events = (_sum(slo, expr.series(name, slo, slo.period)) for name in (expr.ERRORS, expr.EVENTS))

    def rule(record: str, expression: str) -> Rule:
        return {"record": record, "expr": expression, "labels": labels}

    yield rule("pyrra_objective", f"vector({plain(slo.objective)})")
    yield rule("pyrra_window", f"vector({plain(_nominal(slo).seconds)})")
    yield rule("pyrra_availability", f"1 - {errors}\n/\n({events} > 0)")
    for record, name in (("pyrra_requests:rate5m", expr.EVENTS), ("pyrra_errors:rate5m", expr.ERRORS)):
        counted = _sum(slo, _total(slo, name, _FIVE_MINUTES, interval))
        yield rule(record, f"{counted} / {plain(_FIVE_MINUTES.seconds)}")


def _nominal(slo: Slo) -> Duration:
    if isinstance(slo.period, CalendarPeriod):
        return Duration.of(_NOMINAL_DAYS[slo.period.name])
    return slo.period


def _ratio(slo: Slo, window: Duration, interval: Duration) -> str:
    """Read the ratio of a tier's window; add up what no tier looks at."""
    if window in _recorded(slo):
        return expr.series(expr.RATIO, slo, window)
    errors, events = (_total(slo, name, window, interval) for name in (expr.ERRORS, expr.EVENTS))
    return f"{errors}\n/\n({events} > 0)"


def _total(slo: Slo, name: str, window: Duration, interval: Duration) -> str:
    if window in _recorded(slo):
        return expr.series(name, slo, window)
    if window < expr.LONG:
        return expr.total(expr.series(name, slo, interval), window)
    chunk = expr.EVENTS_CHUNK if name == expr.EVENTS else expr.ERRORS_CHUNK
    return expr.total(expr.series(chunk, slo, expr.CHUNK), window)


def _recorded(slo: Slo) -> set[Duration]:
    return {window for tier in slo.tiers for window in (tier.short, tier.long)}


def _sum(slo: Slo, expression: str) -> str:
    return aggregate("sum", (), expression) if slo.group_by else expression
