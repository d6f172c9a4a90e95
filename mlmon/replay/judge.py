"""Judges a service's alerts over time, and what came of an incident by what should have come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mlmon.plan.conditions import Written
from mlmon.replay.model import Fired, Message, Verdict
from mlmon.replay.states import firing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.plan.model import Alert, ServicePlan
    from mlmon.replay.incident import Expected, Incident
    from mlmon.replay.rules import Judged
    from mlmon.replay.server import Series
    from mlmon.replay.states import Span


class Store(Protocol):
    """Whatever answers range queries."""

    def range(self, expression: str, start: float, end: float, step: float) -> Series:
        """Evaluate an expression at start, start + step, ..., end. Raises ReplayError."""
        ...


def fired_alerts(server: Store, judged: Sequence[Judged], grid: Sequence[float]) -> list[Fired]:
    """Return the alerts that fire at any of the moments. Raises ReplayError."""
    found: list[Fired] = []
    for item in judged:
        for labels, samples in server.range(item.expr, grid[0], grid[-1], grid[1] - grid[0]):
            spans = spans_of(item.alert, [at for at, _ in samples], grid)
            if spans:
                found.append(Fired(item.alert, item.labels(labels), tuple(spans)))
    return sorted(found, key=lambda item: (item.spans[0].start, item.alert.id, item.labels))


def spans_of(alert: Alert, held: Sequence[float], grid: Sequence[float]) -> list[Span]:
    """Return when an alert fires whose expression has a result at the moments `held`."""
    keep = float(alert.keep_firing_for.seconds) if alert.keep_firing_for else 0.0
    return firing(held, grid, float(alert.for_.seconds), keep)


def verdict(
    incident: Incident, service: ServicePlan, fired: Sequence[Fired], sent: Sequence[Message], begin: float
) -> Verdict | None:
    """Compare with what the incident's file expects of this service; None where it expects nothing of it."""
    expected = incident.expected(service)
    if expected is None:
        return None
    wrong = [
        f"{item.alert.name} fires before anything has happened"
        for item in fired
        if item.spans[0].start < begin and not isinstance(item.alert.condition, Written)
    ]
    # What a spec writes by itself is no pack's, and no incident's file can know it.
    own = {alert.name for alert in service.alerts if isinstance(alert.condition, Written)}
    told = [(message.paging, _names(message) - own) for message in sent]
    known = {item.alert.name for item in fired} - own
    return Verdict(expected.why, tuple(dict.fromkeys([*wrong, *_wrong(expected, known, told)])))


def _names(message: Message) -> set[str]:
    return {message.alert, *(item.alert for item in message.joined)}


def _wrong(expected: Expected, fired: set[str], told: list[tuple[bool, set[str]]]) -> list[str]:
    """`told` has the alerts of each message, and whether it pages; one that tells of no pack's alert is not judged."""
    pages = [names for paging, names in told if paging and names]
    tickets = {name for paging, names in told if not paging for name in names}
    found = [f"{name} pages, which it should not" for name in sorted(set().union(*pages) - set(expected.pages))]
    if expected.pages and not set().union(*pages) & set(expected.pages):
        found.append(f"nobody is paged; {' or '.join(expected.pages)} should")
    if len(pages) > 1:
        found.append(f"{len(pages)} pages for one incident: {'; '.join(', '.join(sorted(names)) for names in pages)}")
    found += [f"{name} is not told to anybody" for name in expected.tickets if name not in tickets]
    return found + [f"{name} fires, which it should not" for name in expected.silent if name in fired]
