"""A replay for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlmon.replay.report import iso, weekly

if TYPE_CHECKING:
    from mlmon.replay.model import Fired, Message, Result
    from mlmon.replay.report import Report


def render(report: Report) -> str:
    """Return one JSON object; all times are UTC."""
    data = {
        "title": report.title,
        "incident": report.incident.metadata.name if report.incident else None,
        "thresholds": list(report.thresholds),
        "services": [_result(result) for result in report.results],
        "proposed": [_result(result) for result in report.proposed],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _result(result: Result) -> dict[str, Any]:
    return {
        "service": result.service.name,
        "from": iso(result.start),
        "to": iso(result.end),
        "begin": iso(result.begin),
        "step_seconds": result.step,
        "alerts": [_fired(item, item in result.held_back) for item in result.fired],
        "messages": [_message(message) for message in result.messages],
        "pages_a_week": round(weekly(result.pages, result), 2),
        "notes": list(result.notes),
        "expected": None
        if result.verdict is None
        else {"met": not result.verdict.wrong, "wrong": list(result.verdict.wrong), "why": result.verdict.why},
    }


def _fired(item: Fired, held_back: bool) -> dict[str, Any]:
    return {
        "alert": item.alert.name,
        "severity": item.alert.severity,
        "labels": dict(item.labels),
        "held_back": held_back,
        "firing": [{"from": iso(span.start), "to": None if span.end is None else iso(span.end)} for span in item.spans],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "receiver": message.receiver,
        "severity": message.severity,
        "alert": message.alert,
        "rule": message.rule,
        "paging": message.paging,
        "since": iso(message.since),
        "at": None if message.at is None else iso(message.at),
        "joined": [{"alert": item.alert, "rule": item.rule, "at": iso(item.at)} for item in message.joined],
    }
