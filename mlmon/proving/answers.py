"""Reads promtool's verdict on a file of proofs: which check of which alert it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.proving.model import Failure
from mlmon.tools.unit_tests import differences
from mlmon.units import Duration, UnitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from mlmon.targets.proofs.proof import Proof


def failures(proof: Proof, lines: Sequence[str]) -> Iterator[Failure]:
    """Yield what did not hold in a proof, in promtool's order."""
    known: dict[tuple[str, Decimal | str], str] = {
        (check.expression or f"alert {proof.alert.name}", check.tick * proof.grid.step): check.step.value
        for check in proof.checks
    }
    for item in differences(lines):
        step = known.get((item.subject, _seconds(item.time)), "promtool can run the test")
        yield Failure(proof.alert, step, item.time, item.expected, item.got)


def _seconds(time: str) -> Decimal | str:
    """promtool writes two weeks as 2w, and a year as 1y."""
    try:
        return Duration.of(time).seconds
    except UnitError:
        return time
