"""Turns the tests that a spec gives for PromQL of its own into proofs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.targets.proofs.expected import labels
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.proof import Proof, Step, firing, not_firing
from mlmon.targets.proofs.states import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Alert, AlertTest, ServicePlan

_MINUTE: Final = Decimal(60)


def prove(alert: Alert, service: ServicePlan) -> Iterator[Proof]:
    """Yield one proof for each test. Raises UnknownInputError where there is none."""
    if not alert.tests:
        raise UnknownInputError("the spec gives no `tests` for its `expr`")
    for test in alert.tests:
        yield _proof(alert, test, labels(alert, service, {}))


def _proof(alert: Alert, test: AlertTest, own: dict[str, str]) -> Proof:
    spacing = test.interval.seconds if test.interval else _MINUTE
    step = min(spacing, _MINUTE)
    tick = int(test.at.seconds / step)
    expected = {**own, **dict(test.labels)}
    check = firing(Step.GIVEN, tick, alert, **expected) if test.fires else not_firing(Step.GIVEN, tick, alert)
    keys = {f"metric {name.partition('{')[0]}" for name, _ in test.series} | {f"alert {alert.name}"}
    return Proof(alert, Grid(step, spacing), dict(test.series), (check,), frozenset(keys))
