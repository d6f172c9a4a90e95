"""Proves that an SLO's period holds its bad events to the last day, and not a day longer."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.plan.slo import CalendarPeriod
from mlmon.promql import slo as expr
from mlmon.targets.proofs.counted import is_counted
from mlmon.targets.proofs.proof import Proof
from mlmon.targets.proofs.recorded import Counts
from mlmon.targets.proofs.states import Grid

if TYPE_CHECKING:
    from mlmon.plan.model import Alert
    from mlmon.plan.slo import Slo

_PARTS: Final = 120
_EVENTS, _ERRORS = Decimal(1000), Decimal(4)


def prove(alert: Alert, slo: Slo) -> Proof | None:
    """Return the proof for a rolling period, kept with an alert of the SLO; the first of 120 parts has the errors."""
    step = slo.period.seconds / _PARTS
    if isinstance(slo.period, CalendarPeriod) or step % 2:
        return None
    counts = Counts()
    counts.add(1, _EVENTS, _ERRORS)
    counts.add(_PARTS, _EVENTS, Decimal(0))
    events, errors, ratio = (expr.series(name, slo, slo.period) for name in (expr.EVENTS, expr.ERRORS, expr.RATIO))
    left = expr.series(expr.REMAINING, slo, slo.period)
    spent = _ERRORS / (_EVENTS * _PARTS)
    checks = (
        is_counted(errors, _PARTS, _ERRORS),
        is_counted(f"{ratio} * 1e6", _PARTS, round(spent * 10**6, 3)),
        is_counted(f"{left} * 1e6", _PARTS, round((1 - spent / slo.budget) * 10**6, 3)),
        is_counted(errors, _PARTS + 1, Decimal(0)),
        is_counted(events, _PARTS + 1, _EVENTS * _PARTS),
        is_counted(left, _PARTS + 1, Decimal(1)),
    )
    series = counts.series(slo, expr.EVENTS_CHUNK, expr.ERRORS_CHUNK, expr.CHUNK)
    return Proof(alert, Grid(step, step / 2), series, checks, frozenset({f"slo {slo.id}"}))
