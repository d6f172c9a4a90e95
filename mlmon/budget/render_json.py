"""The report as one JSON object for programs; its keys are part of mlmon's interface."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlmon.budget.model import Budget

if TYPE_CHECKING:
    from mlmon.budget.model import Day, Incident, Projection, Report, Verdict


def render(report: Report) -> str:
    """Return the report as JSON. Shares are ratios of 1; times are ISO 8601 in UTC; ranges are seconds from now."""
    found = {
        "at": _time(report.now),
        "prometheus": report.source,
        "min_budget": None if report.min_budget is None else _number(report.min_budget),
        "freeze": report.freeze,
        "notes": list(report.notes),
        "budgets": [_verdict(verdict) for verdict in report.verdicts],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    entry = verdict.entry
    head = {
        "service": entry.slo.service,
        "slo": entry.slo.name,
        "group": dict(entry.group),
        "objective": _number(entry.slo.objective),
        "period": str(entry.slo.period),
        "from": _time(entry.span.start),
        "to": _time(entry.span.end),
        "unit": "seconds" if entry.slo.counts_time else "events",
        "freeze": verdict.freeze,
        "reason": verdict.reason,
        "measured": isinstance(entry, Budget),
    }
    return head | (_budget(entry) if isinstance(entry, Budget) else {"why": entry.reason})


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "ratio": _number(1 - budget.ratio),
        "good": _number(budget.events - budget.errors),
        "bad": _number(budget.errors),
        "left": _number(budget.left),
        "left_events": _number(budget.left_events),
        "coverage": _number(budget.coverage),
        "last_measured": _time(budget.chunks[-1].end),
        "burn": {f"{burn.hours}h": None if burn.rate is None else _number(burn.rate) for burn in budget.burns},
        "exhaustion": _projection(budget.projection) if budget.projection else None,
        "days": [_day(day) for day in budget.days],
        "incidents": [_incident(incident) for incident in budget.incidents],
        "outside_incidents": _number(budget.scattered),
    }


def _projection(found: Projection) -> dict[str, Any]:
    return {
        "early": found.early,
        "middle": found.middle,
        "late": found.late,
        "likelihood": _number(found.likelihood),
        "horizon": found.horizon,
    }


def _day(day: Day) -> dict[str, Any]:
    events = None if day.events is None else _number(day.events)
    return {"day": day.day.isoformat(), "bad": _number(day.errors), "events": events, "share": _number(day.share)}


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "start": _time(incident.start),
        "end": _time(incident.end),
        "ongoing": incident.ongoing,
        "bad": _number(incident.errors),
        "events": _number(incident.events),
        "share": _number(incident.share),
    }


def _time(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(round(value, 12))
