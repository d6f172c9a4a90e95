"""Recording rules of an SLO: a fast group with the short window, a slow one with the long windows and the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.promql import slo as expr
from mlmon.promql.quantities import Renderer
from mlmon.units import Duration, plain

if TYPE_CHECKING:
    from mlmon.plan.model import Outputs, ServicePlan
    from mlmon.plan.slo import Slo

_SLOW_FROM: Final = Duration.of("12h")
_SLOW_INTERVAL: Final = "2m"


def groups(service: ServicePlan, outputs: Outputs) -> list[dict[str, Any]]:
    """Return the rule groups of a service's SLOs; rules within a group are evaluated in order."""
    found: list[dict[str, Any]] = []
    for slo in service.slos:
        name = f"{service.name}-slo-{slo.name}"
        interval = str(outputs.evaluation_interval)
        found.append({"name": name, "interval": interval, "rules": _fast(slo, service, outputs)})
        found.append({"name": f"{name}-slow", "interval": _SLOW_INTERVAL, "rules": _slow(slo, outputs)})
    return found


def _windows(slo: Slo) -> list[Duration]:
    return sorted({window for tier in slo.tiers for window in (tier.short, tier.long)})


def _fast(slo: Slo, service: ServicePlan, outputs: Outputs) -> list[dict[str, Any]]:
    base = expr.base_window(outputs.scrape_interval, outputs.evaluation_interval)
    render = Renderer(service)
    rules = [
        _rule(slo, expr.OBJECTIVE, f"vector({plain(slo.objective)})"),
        _rule(slo, f"{expr.TOTAL}{base}", expr.total_rate(slo, base, render)),
        _rule(slo, f"{expr.ERRORS}{base}", expr.error_rate(slo, base, render)),
    ]
    return rules + [
        rule for window in _windows(slo) if window < _SLOW_FROM for rule in _window(slo, window, base, outputs)
    ]


def _slow(slo: Slo, outputs: Outputs) -> list[dict[str, Any]]:
    base = expr.base_window(outputs.scrape_interval, outputs.evaluation_interval)
    long = [window for window in _windows(slo) if window >= _SLOW_FROM and window != slo.period]
    rules = [rule for window in (*long, slo.period) for rule in _window(slo, window, base, outputs)]
    spent = f"{expr.series(expr.RATIO, slo, slo.period)} / {plain(slo.budget)}"
    return [*rules, _rule(slo, f"{expr.REMAINING}{slo.period}", f"1 - {spent}")]


def _window(slo: Slo, window: Duration, base: Duration, outputs: Outputs) -> list[dict[str, Any]]:
    """The events, the errors and their ratio within a window, all from the short window's rates."""
    seconds = plain(outputs.evaluation_interval.seconds)
    errors = f"sum_over_time({expr.series(expr.ERRORS, slo, base)}[{window}])"
    total = f"sum_over_time({expr.series(expr.TOTAL, slo, base)}[{window}])"
    ratio = f"{expr.series(expr.COUNT, slo, window)}\n/\n({expr.series(expr.TOTAL_COUNT, slo, window)} > 0)"
    return [
        _rule(slo, f"{expr.COUNT}{window}", f"{seconds} * {errors}"),
        _rule(slo, f"{expr.TOTAL_COUNT}{window}", f"{seconds} * {total}"),
        _rule(slo, f"{expr.RATIO}{window}", ratio),
    ]


def _rule(slo: Slo, record: str, expression: str) -> dict[str, Any]:
    return {"record": record, "expr": expression, "labels": expr.labels(slo)}
