"""Proves how five minutes of counting are added up into chunks, also after an evaluation that did not take place."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql import slo as expr
from mlmon.targets.proofs.counted import is_counted
from mlmon.targets.proofs.proof import Check, Proof
from mlmon.targets.proofs.recorded import group_of
from mlmon.targets.proofs.states import Grid
from mlmon.targets.proofs.timeline import notation

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Outputs
    from mlmon.plan.slo import Slo

_STEP: Final = 3 * expr.CHUNK.seconds
"""Evaluations so far apart do not see each other's chunks: those that they find are given."""
_MADE: Final[tuple[tuple[tuple[int, ...], int], ...]] = (
    ((), 1),
    ((325, 600), 1),
    ((275, 600), 1),
    ((600,), 2),
    ((625,), 2),
    ((575,), 2),
    ((360, 600), 2),
    ((660,), 1),
)
"""Seconds before an evaluation at which chunks were made, and how many chunks are added up then."""
_SPACING: Final = Decimal(5)
_GROWTH: Final = {expr.EVENTS: 5, expr.ERRORS: 1}
_CHUNKS: Final = {expr.EVENTS: expr.EVENTS_CHUNK, expr.ERRORS: expr.ERRORS_CHUNK}


def prove(alert: Alert, slo: Slo, outputs: Outputs) -> Proof | None:
    """Return the proof, kept with one alert of the SLO; None where evaluations are no multiple of five seconds.

    What is counted grows from sample to sample, so that a window which is shifted or too long has another sum.
    """
    behind = outputs.evaluation_interval.seconds
    if behind % _SPACING or behind >= expr.CHUNK.seconds:
        return None
    labels = group_of(slo).items()
    series: dict[str, str] = {}
    checks: list[Check] = []
    count = int(_STEP / _SPACING) * (len(_MADE) + 1)
    for name, growth in _GROWTH.items():
        series[notation(f"{name}{outputs.evaluation_interval}", labels)] = f"0+{growth}x{count}"
        series[notation(f"{_CHUNKS[name]}{expr.CHUNK}", labels)] = _chunks(count)
    for index, (_, chunks) in enumerate(_MADE):
        at = (index + 2) * _STEP
        last = (at - behind) // _SPACING
        held = chunks * expr.CHUNK.seconds // _SPACING
        total = sum(range(int(last - held) + 1, int(last) + 1))
        checks += [
            is_counted(expr.series(_CHUNKS[name], slo, expr.CHUNK), index + 2, Decimal(total * growth))
            for name, growth in _GROWTH.items()
        ]
    return Proof(alert, Grid(_STEP, _SPACING), series, tuple(checks), frozenset({f"slo {slo.id}"}))


def _chunks(count: int) -> str:
    """Return chunks at the moments of _MADE; their value does not matter."""
    given = sorted(int(((index + 2) * _STEP - ago) / _SPACING) for index, (made, _) in enumerate(_MADE) for ago in made)
    tokens, at = [], 0
    for place in given:
        tokens += [f"_x{place - at}", "1"]
        at = place + 1
    return " ".join(tokens)
