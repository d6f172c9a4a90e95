"""What the module and its classes are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.python import camel, identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.plan.model import Component

_BY_TYPE: Final = {"runtime": "Serving", "quality": "Quality", "pipeline": "Job"}


def module_name(service: str) -> str:
    """Return the name of a service's module: `fraud-detector` becomes `fraud_detector`, `class` becomes `class_`."""
    return identifier(service)


def class_names(components: Sequence[Component]) -> list[str]:
    """Return a class name for each component: by its type, and by its name where the spec gives it one of its own."""
    found: list[str] = []
    for item in components:
        name = _BY_TYPE.get(item.type, item.type.capitalize()) + (camel(item.name) if item.name != item.preset else "")
        while name in found:
            name += camel(item.name)
        found.append(name)
    return found
