"""How the report's numbers are written, the same in every format: rounded so that nothing looks better than it is."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql.text import string
from mlmon.units import percent, plain

if TYPE_CHECKING:
    from mlmon.budget.model import Budget, Entry, Incident, Projection
    from mlmon.plan.slo import Slo

_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_MAX_DIGITS: Final = 6


def moment(at: int) -> str:
    """Write a Unix time as `2026-03-14 02:35`, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def duration(seconds: Decimal | int) -> str:
    """Write seconds with the two largest units: `2d 6h`, `43min 12s`."""
    rest = int(Decimal(seconds).quantize(Decimal(1), ROUND_HALF_EVEN))
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count}{unit}" if count else "")
    return " ".join(part for part in parts[:2] if part) or "0s"


def share(ratio: Decimal, digits: int = 1) -> str:
    """Write a share of a budget as a percentage, rounded down: what is left is never shown as more."""
    return f"{(ratio * 100).quantize(Decimal(1).scaleb(-digits), ROUND_FLOOR):,f}%"


def cost(ratio: Decimal) -> str:
    """Write what something cost of a budget."""
    return f"{(ratio * 100).quantize(Decimal('0.1'), ROUND_HALF_EVEN):,f}%"


def actual(budget: Budget) -> str:
    """Write the share of good events with two digits more than the objective has, rounded down."""
    digits = max(-int((budget.slo.objective * 100).normalize().as_tuple().exponent), 0) + 2
    return share(1 - budget.ratio, min(digits, _MAX_DIGITS))


def count(slo: Slo, number: Decimal) -> str:
    """Write a number of events (`1,234`), or for SLOs that count time its length."""
    if slo.counts_time:
        return f"{'-' * (number < 0)}{duration(abs(number))}"
    whole = number.quantize(Decimal(1), ROUND_FLOOR)
    return (
        f"{whole:,f}" if abs(number) >= 10 or number == whole else plain(number.quantize(Decimal("0.1"), ROUND_FLOOR))
    )


def counted(slo: Slo, number: Decimal) -> str:
    """Write a number of events with its unit."""
    return count(slo, number) if slo.counts_time else f"{count(slo, number)} events"


def allowed(budget: Budget) -> str:
    """Write how many bad events may still happen, with their unit."""
    return counted(budget.slo, budget.left_events) if budget.left_events > 0 else "nothing"


def promise(slo: Slo) -> str:
    """Write objective and period: `99.9% / 30d`."""
    return f"{percent(slo.objective)} / {slo.period}"


def name(entry: Entry) -> str:
    """Write the SLO's name, and the group's labels where it has groups."""
    labels = ", ".join(f"{label}={string(value)}" for label, value in entry.group)
    return f"{entry.slo.name} {{{labels}}}" if labels else entry.slo.name


def full_name(entry: Entry) -> str:
    """Write `service/slo`."""
    return f"{entry.slo.service}/{name(entry)}"


def exhaustion(budget: Budget) -> str:
    """Write in a few words when the budget will be used up: `in 2d to 9d`, `not within 30d`."""
    found = budget.projection
    if budget.left <= 0:
        return "spent"
    if found is None:
        return "too little data"
    if found.early is None:
        return f"not within {_length(found.horizon)}"
    if found.late is None:
        return f"in {_length(found.early)} or later"
    if found.early == found.late:
        return f"in {_length(found.early)}"
    return f"in {_length(found.early)} to {_length(found.late)}"


def outlook(budget: Budget) -> str:
    """Write the projection as one or two sentences; nothing where nothing is left to be used up."""
    found = budget.projection
    if budget.left <= 0:
        return ""
    if found is None:
        return "Fewer than 3 days are measured, which is too little to say when the budget will be used up."
    within = _length(found.horizon)
    if not found.likelihood:
        return f"If it goes on as it did, the budget outlasts the next {within}."
    seldom = found.likelihood < Decimal("0.01")
    cases = f"in {'less than 1%' if seldom else share(found.likelihood, 0)} of cases"
    return f"If it goes on as it did, the budget is used up within {within} {cases}.{_cases(found)}"


def _cases(found: Projection) -> str:
    if found.early is None:
        return ""
    bad = f" In a bad case it lasts {_length(found.early)}"
    if found.middle is None:
        return f"{bad}."
    middle = f"{bad}, in the middle one {_length(found.middle)}"
    return f"{middle}." if found.late is None else f"{middle}, in a good one {_length(found.late)}."


def _length(seconds: int) -> str:
    """Write a projected time as coarsely as it is known: hours up to two days, then days."""
    return f"{round(seconds / 3600)}h" if seconds < 2 * 86400 else f"{round(seconds / 86400)}d"


def burns(budget: Budget) -> str:
    """Write the burn of the recent past: `0.4x over 6h, 0.9x over 3d`."""
    return ", ".join(f"{_rate(item.rate)} over {_length(item.hours * 3600)}" for item in budget.burns)


def _rate(rate: Decimal | None) -> str:
    return "no events" if rate is None else f"{rate.quantize(Decimal('0.1')):,f}x"


def lasted(incident: Incident) -> str:
    """Write how long an incident lasted."""
    return duration(incident.end - incident.start) + (" so far" if incident.ongoing else "")


def measured(budget: Budget) -> str:
    """Write how much of the period is known; empty where all of it is."""
    if budget.coverage >= 1:
        return ""
    return f"measured for {share(budget.coverage, 0)} of the time"
