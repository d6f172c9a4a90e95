"""Recording rules of an SLO in two groups: every evaluation, and every five minutes for what looks far back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlmon.plan.slo import CalendarPeriod
from mlmon.promql import slo as expr
from mlmon.promql.increments import Steps, steps
from mlmon.promql.quantities import Renderer
from mlmon.units import Duration, plain

if TYPE_CHECKING:
    from mlmon.plan.model import Outputs, ServicePlan
    from mlmon.plan.slo import Slo


def groups(service: ServicePlan, outputs: Outputs) -> list[dict[str, Any]]:
    """Return the rule groups of a service's SLOs; rules within a group are evaluated in order."""
    found: list[dict[str, Any]] = []
    at = steps(outputs.scrape_interval, outputs.evaluation_interval)
    for slo in service.slos:
        name = f"{service.name}-slo-{slo.name}"
        found.append({"name": name, "interval": str(at.interval), "rules": _fast(slo, service, at)})
        found.append({"name": f"{name}-long", "interval": str(expr.CHUNK), "rules": _long(slo, at)})
    return found


def _fast(slo: Slo, service: ServicePlan, at: Steps) -> list[dict[str, Any]]:
    render = Renderer(service)
    rules = _sliced(slo, at, render) if slo.slice else []
    rules += [
        _rule(slo, f"{expr.EVENTS}{at.interval}", expr.events(slo, at, render)),
        _rule(slo, f"{expr.ERRORS}{at.interval}", expr.errors(slo, at, render)),
        _rule(slo, expr.OBJECTIVE, f"vector({plain(slo.objective)})"),
    ]
    short = [window for window in _windows(slo) if window < expr.LONG]
    return rules + [rule for window in short for rule in _window(slo, window, _totals(slo, at))]


def _sliced(slo: Slo, at: Steps, render: Renderer) -> list[dict[str, Any]]:
    return [
        _rule(slo, f"{expr.SLICED_EVENTS}{at.interval}", expr.raw_events(slo, at, render)),
        _rule(slo, f"{expr.SLICED_ERRORS}{at.interval}", expr.raw_errors(slo, at, render)),
    ]


def _long(slo: Slo, at: Steps) -> list[dict[str, Any]]:
    errors, events = _totals(slo, at)
    chunks = (expr.series(expr.ERRORS_CHUNK, slo, expr.CHUNK), expr.series(expr.EVENTS_CHUNK, slo, expr.CHUNK))
    rules = [
        _rule(slo, f"{expr.ERRORS_CHUNK}{expr.CHUNK}", expr.total(errors, expr.CHUNK)),
        _rule(slo, f"{expr.EVENTS_CHUNK}{expr.CHUNK}", expr.total(events, expr.CHUNK)),
    ]
    if isinstance(slo.period, CalendarPeriod):
        rules.append(_rule(slo, f"{expr.CALENDAR}{slo.period}", expr.calendar_number(slo.period)))
    windows = sorted({window for window in _windows(slo) if window >= expr.LONG} - {slo.period})
    rules += [rule for window in (*windows, slo.period) for rule in _window(slo, window, chunks)]
    spent = f"{expr.series(expr.RATIO, slo, slo.period)} / {plain(slo.budget)}"
    return [*rules, _rule(slo, f"{expr.REMAINING}{slo.period}", f"1 - {spent}")]


def _windows(slo: Slo) -> list[Duration]:
    return sorted({window for tier in slo.tiers for window in (tier.short, tier.long)})


def _totals(slo: Slo, at: Steps) -> tuple[str, str]:
    return expr.series(expr.ERRORS, slo, at.interval), expr.series(expr.EVENTS, slo, at.interval)


def _window(slo: Slo, window: Duration, parts: tuple[str, str]) -> list[dict[str, Any]]:
    """The errors, the events and their ratio within a window; no ratio, rather than NaN, without events."""
    errors, events = (_total(slo, part, window) for part in parts)
    ratio = f"{expr.series(expr.ERRORS, slo, window)}\n/\n({expr.series(expr.EVENTS, slo, window)} > 0)"
    return [
        _rule(slo, f"{expr.ERRORS}{window}", errors),
        _rule(slo, f"{expr.EVENTS}{window}", events),
        _rule(slo, f"{expr.RATIO}{window}", ratio),
    ]


def _total(slo: Slo, part: str, window: Duration) -> str:
    if isinstance(window, CalendarPeriod):
        return expr.since_start(slo, part, window)
    return expr.total(part, window)


def _rule(slo: Slo, record: str, expression: str) -> dict[str, Any]:
    return {"record": record, "expr": expression, "labels": expr.labels(slo)}
