"""Fetches the recorded chunks of an SLO: one range query for up to 34 days, each chunk once whatever its time stamp."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from mlmon.budget.model import CHUNK_SECONDS, Chunk, Span
from mlmon.plan.slo import CalendarPeriod
from mlmon.promql import slo as expr
from mlmon.remote.http import QueryError
from mlmon.units import Duration

if TYPE_CHECKING:
    from mlmon.plan.slo import Slo
    from mlmon.remote.client import Client

MAX_STEPS: Final = 10_000
"""Prometheus refuses more than 11,000 points per series (web/api/v1, `query_range`)."""

Group = tuple[tuple[str, str], ...]
"""Labels of one group of a grouped SLO; empty for others."""

_PART: Final = "mlmon_part"


def span(period: Duration, now: int) -> Span:
    """Return the period that a budget is for at a moment, in whole chunks."""
    now -= now % CHUNK_SECONDS
    if not isinstance(period, CalendarPeriod):
        return Span(now - int(period.seconds), now, now)
    moment = datetime.fromtimestamp(now, UTC)
    months = 1 if period.name == "month" else 3
    first = (moment.month - 1) // months * months
    start = datetime(moment.year, first + 1, 1, tzinfo=UTC)
    following = first + months
    end = datetime(moment.year + following // 12, following % 12 + 1, 1, tzinfo=UTC)
    return Span(int(start.timestamp()), now, int(end.timestamp()))


def query(slo: Slo) -> str:
    """Both counts of each chunk, at the first step after it was recorded.

    A range just short of the step finds each chunk exactly once, whenever in the five minutes its rule is evaluated,
    and however far the server looks back for instant vectors.
    """
    reach = Duration(Decimal(CHUNK_SECONDS) - Decimal("0.001"))
    parts = (("errors", expr.ERRORS_CHUNK), ("events", expr.EVENTS_CHUNK))
    return "\nor\n".join(
        f'label_replace(last_over_time({expr.series(name, slo, expr.CHUNK)}[{reach}]), "{_PART}", "{part}", "", "")'
        for part, name in parts
    )


def fetch(client: Client, slo: Slo, over: Span) -> tuple[dict[Group, tuple[Chunk, ...]], tuple[str, ...]]:
    """Return the chunks of each group in order, and the server's warnings. Raises QueryError."""
    counted: dict[Group, dict[str, dict[int, Decimal]]] = {}
    warnings: dict[str, None] = {}
    start = over.start + CHUNK_SECONDS
    while start <= over.now:
        end = min(over.now, start + (MAX_STEPS - 1) * CHUNK_SECONDS)
        answer = client.range(query(slo), start, end, CHUNK_SECONDS)
        warnings |= dict.fromkeys(answer.warnings)
        for labels, samples in answer.series:
            of_group = counted.setdefault(_group(slo, labels), {"errors": {}, "events": {}})
            of_group.get(labels.get(_PART, ""), {}).update(_numbers(samples))
        start = end + CHUNK_SECONDS
    return {group: _chunks(parts) for group, parts in sorted(counted.items())}, tuple(warnings)


def _group(slo: Slo, labels: dict[str, str]) -> Group:
    # A label that the group's series lack counts as empty, as it does in Prometheus.
    return tuple((name, labels.get(name, "")) for name in slo.group_labels)


def _numbers(samples: list[tuple[float, str]]) -> dict[int, Decimal]:
    """Read samples; NaN and infinities, which mlmon's rules cannot record, count as not recorded."""
    try:
        found = {int(at): Decimal(text) for at, text in samples}
    except (InvalidOperation, TypeError, ValueError, OverflowError):
        raise QueryError("Prometheus sent a sample that is not a number", "see what answers at this address") from None
    return {at: value for at, value in found.items() if value.is_finite()}


def _chunks(parts: dict[str, dict[int, Decimal]]) -> tuple[Chunk, ...]:
    """Join both counts; where only one of them was recorded, nothing is known of the chunk."""
    errors, events = parts["errors"], parts["events"]
    return tuple(
        Chunk(end, min(errors[end], events[end]), events[end]) for end in sorted(errors.keys() & events.keys())
    )
