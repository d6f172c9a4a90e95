"""Instrumentation: for each service whose own code exposes its metrics, a Python module that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.targets.instrumentation.emf import emf_classes, emf_module, too_large
from mlmon.targets.instrumentation.module import module
from mlmon.targets.instrumentation.names import module_name

if TYPE_CHECKING:
    from mlmon.plan.model import Plan


def render(plan: Plan) -> dict[str, str]:
    """Return `instrumentation/<service>.py`, and `<service>_emf.py` where CloudWatch reads metrics of one's own."""
    if not plan.outputs.instrumentation:
        return {}
    made = {module_name(service.name): module(service) for service in plan.services}
    made |= {f"{module_name(service.name)}_emf": emf_module(service) for service in plan.services}
    return {f"instrumentation/{name}.py": text for name, text in made.items() if text}


def refusals(plan: Plan) -> list[str]:
    """Return what the Embedded Metric Format does not allow, and modules of which one would overwrite the other."""
    if not plan.outputs.instrumentation:
        return []
    found = [sentence for service in plan.services for sentence in too_large(service)]
    names = {service.name for service in plan.services}
    for service in plan.services:
        if f"{service.name}-emf" in names and emf_classes(service):
            found.append(f"the CloudWatch module of {service.name} and the module of {service.name}-emf have one name")
    return found
