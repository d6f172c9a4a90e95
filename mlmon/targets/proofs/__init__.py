"""Proofs: promtool unit tests which show that each alert fires when it must and is silent when it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.targets.proofs.files import ProofFile, files
from mlmon.targets.proofs.proof import Proof, Unproven
from mlmon.targets.proofs.prove import proofs

if TYPE_CHECKING:
    from mlmon.plan.model import Plan


def render(plan: Plan) -> dict[str, str]:
    """Return `tests/prometheus/<service>.<interval>.test.yaml`, which reads the rules beside it."""
    return {file.path: file.text for file in proof_files(plan)}


def proof_files(plan: Plan) -> list[ProofFile]:
    """Return the test files with what they prove."""
    return [
        file
        for service in plan.services
        for file in files(service, (one for one in proofs(service, plan.outputs) if isinstance(one, Proof)))
    ]


def unproven(plan: Plan) -> list[Unproven]:
    """Return the alerts for which no input is known."""
    return [one for service in plan.services for one in proofs(service, plan.outputs) if isinstance(one, Unproven)]
