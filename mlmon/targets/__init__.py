"""Targets: each turns the plan into the files of one engine, and knows nothing of the others.

A target is a package here with `render(plan) -> dict[str, str]`, paths relative to the output folder. It may have
`refusals(plan) -> list[str]`: sentences for what its engine would refuse and no tool on this machine checks.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlmon.plan.model import Plan


@dataclass(frozen=True)
class Target:
    """One engine's files and what it would refuse."""

    name: str
    render: Callable[[Plan], dict[str, str]]
    refusals: Callable[[Plan], list[str]]


def targets() -> Iterator[Target]:
    """Yield every target in the order of their names; importing one is its only cost."""
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        if found.ispkg:
            module = importlib.import_module(f"{__name__}.{found.name}")
            yield Target(found.name, module.render, getattr(module, "refusals", _nothing))


def _nothing(plan: Plan) -> list[str]:
    del plan
    return []
