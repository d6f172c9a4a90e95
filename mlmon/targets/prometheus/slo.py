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
    for slo in (slo for slo in service.slos if slo.indicator.on("prometheus")):
        name = f"{service.name}-slo-{slo.name}"
        found.append({"name": name, "interval": str(at.interval), "rules": _fast(slo, service, at)})
        found.append({"name": f"{name}:long", "interval": str(expr.CHUNK), "rules": _long(slo, at)})
    return found


def history(service: ServicePlan, outputs: Outputs, slo: Slo) -> dict[str, dict[str, Any]]:
    """Return the groups by which promtool works out an SLO's past, by the name of the pass.

    promtool evaluates every rule against what is stored already, so each pass reads only what the passes before it have
    recorded; the first one reads what the service's targets expose and nothing else.
    """
    at = steps(outputs.scrape_interval, outputs.evaluation_interval)
    name, render = f"{service.name}-slo-{slo.name}", Renderer(service).raw()
    counts, sums = (_sliced if slo.slice else _counts)(slo, at, render), _chunks(slo, at)
    passes = {
        "1-counts": {"name": name, "interval": str(at.interval), "rules": counts},
        "3-sums": {"name": f"{name}:long", "interval": str(expr.CHUNK), "rules": _calendar(slo) + sums},
    }
    if slo.slice:
        passes["2-slices"] = {"name": name, "interval": str(at.interval), "rules": _counts(slo, at, render)}
    return dict(sorted(passes.items()))


def _fast(slo: Slo, service: ServicePlan, at: Steps) -> list[dict[str, Any]]:
    render = Renderer(service)
    rules = _sliced(slo, at, render) if slo.slice else []
    rules += [*_counts(slo, at, render), _rule(slo, expr.OBJECTIVE, f"vector({plain(slo.objective)})")]
    short = [window for window in _windows(slo) if window < expr.LONG]
    return rules + [rule for window in short for rule in _window(slo, window, _totals(slo, at))]


def _counts(slo: Slo, at: Steps, render: Renderer) -> list[dict[str, Any]]:
    return [
        _rule(slo, f"{expr.EVENTS}{at.interval}", expr.events(slo, at, render)),
        _rule(slo, f"{expr.ERRORS}{at.interval}", expr.errors(slo, at, render)),
    ]


def _sliced(slo: Slo, at: Steps, render: Renderer) -> list[dict[str, Any]]:
    return [
        _rule(slo, f"{expr.SLICED_EVENTS}{at.interval}", expr.raw_events(slo, at, render)),
        _rule(slo, f"{expr.SLICED_ERRORS}{at.interval}", expr.raw_errors(slo, at, render)),
    ]


def _chunks(slo: Slo, at: Steps) -> list[dict[str, Any]]:
    errors, events = _totals(slo, at)
    return [
        _rule(slo, f"{expr.ERRORS_CHUNK}{expr.CHUNK}", expr.chunk(expr.ERRORS_CHUNK, errors, slo, at)),
        _rule(slo, f"{expr.EVENTS_CHUNK}{expr.CHUNK}", expr.chunk(expr.EVENTS_CHUNK, events, slo, at)),
    ]


def _calendar(slo: Slo) -> list[dict[str, Any]]:
    if not isinstance(slo.period, CalendarPeriod):
        return []
    return [_rule(slo, f"{expr.CALENDAR}{slo.period}", expr.calendar_number(slo.period))]


def _long(slo: Slo, at: Steps) -> list[dict[str, Any]]:
    chunks = (expr.series(expr.ERRORS_CHUNK, slo, expr.CHUNK), expr.series(expr.EVENTS_CHUNK, slo, expr.CHUNK))
    rules = [*_chunks(slo, at), *_calendar(slo)]
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
