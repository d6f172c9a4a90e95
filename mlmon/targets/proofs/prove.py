"""Finds the proof of an alert by its kind of condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.plan.conditions import Absent, Both, Compare, NewCode, on_backend
from mlmon.targets.proofs import absent, code, compare
from mlmon.targets.proofs.labels import UnknownInput
from mlmon.targets.proofs.proof import Proof, Unproven

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Alert, Outputs, ServicePlan


def proofs(service: ServicePlan, outputs: Outputs) -> Iterator[Proof | Unproven]:
    """Yield the proofs of every alert of a service that Prometheus evaluates, or why there is none."""
    for alert in service.alerts:
        if on_backend(alert.condition, "prometheus"):
            try:
                yield _prove(alert, service, outputs)
            except UnknownInput as error:
                yield Unproven(alert, str(error))


def _prove(alert: Alert, service: ServicePlan, outputs: Outputs) -> Proof:
    match alert.condition:
        case Absent():
            return absent.prove(alert, alert.condition, service, outputs)
        case NewCode():
            return code.prove(alert, alert.condition, service, outputs)
        case Compare() | Both():
            return compare.prove(alert, service, outputs)
        case _:
            raise UnknownInput("not yet")
