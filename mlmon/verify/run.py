"""Checks services, and makes findings of what is wrong with their components."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity, in_order
from mlmon.plan.model import Component
from mlmon.verify import handwritten
from mlmon.verify.components import OWN, check_component
from mlmon.verify.model import ComponentCheck, Problem, ServiceCheck, Verified, merged
from mlmon.verify.needs import uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlmon.plan.model import ServicePlan
    from mlmon.plan.signals import Signal
    from mlmon.verify.needs import Use
    from mlmon.verify.source import Source
    from mlmon.verify.wish import Wish


def verify(services: Sequence[ServicePlan], source: Source, where: str, wish: Wish) -> Verified:
    """Check services against what the source has, which `where` names. Raises QueryError where it cannot be asked."""
    checked = tuple(_service(service, source, wish) for service in services)
    problems = [problem for service in checked for problem in service.every_problem]
    found = merged(_judged(problem, wish) for problem in problems)
    nowhere = _nowhere(services, checked, source, wish)
    return Verified(where, checked, tuple(in_order([*found, *nowhere])))


def _judged(problem: Problem, wish: Wish) -> Problem:
    """What has not been seen yet is as bad as it is needed only where strictness is asked for."""
    unseen = problem.rule == "verify-unseen" and not wish.strict
    return replace(problem, severity=Severity.NOTE) if unseen else problem


def _service(service: ServicePlan, source: Source, wish: Wish) -> ServiceCheck:
    read: dict[Signal, list[Use]] = {}
    for use in uses(service):
        read.setdefault(use.signal, []).append(use)
    components = [item for item in _components(service, read) if not wish.components or item.name in wish.components]
    known = {key: tuple(value) for key, value in read.items()}
    checked = tuple(check_component(item, known, source, wish) for item in components)
    if source.scraped and not wish.components:
        return ServiceCheck(service.name, checked, (), tuple(handwritten.problems(service, source)))
    return ServiceCheck(service.name, checked, tuple(rule.name for rule in handwritten.rules(service)))


def _components(service: ServicePlan, read: Iterable[Signal]) -> list[Component]:
    """The components, and one more for what SLOs select by hand."""
    known = {signal for component in service.components for signal in component.signals}
    own = tuple(signal for signal in read if signal not in known)
    spec = Component("spec", "spec", "selectors of the spec's own", OWN, (), own, (), service.origin)
    return [*service.components, *([spec] if own else [])]


def _nowhere(
    services: Sequence[ServicePlan], checked: Sequence[ServiceCheck], source: Source, wish: Wish
) -> list[Finding]:
    """Services of which there is nothing at all; where none was asked for by name, one of them has to be there."""
    lost = [(plan, found) for plan, result in zip(services, checked, strict=True) if (found := _lost(result))]
    if wish.components or (not wish.named and len(lost) < len(services)):
        return []
    return [
        Finding(
            rule="verify-component",
            message=f"{source.noun} has no metric of {plan.name}",
            advice=f"it reads those of {', '.join(item.name for item in found)}: look whether this is the right page, "
            "and whether the names are right",
            place=plan.origin,
        )
        for plan, found in lost
    ]


def _lost(service: ServiceCheck) -> list[ComponentCheck]:
    """The components that are read from Prometheus, if not one of them was found."""
    scraped = [item for item in service.components if any(signal.signal.prometheus for signal in item.signals)]
    return [] if any(item.found for item in scraped) else scraped
