"""Targets: each turns the plan into the files of one engine, and knows nothing of the others.

A target is a package here with `render(plan) -> dict[str, str]`, paths relative to the output folder.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlmon.plan.model import Plan


def targets() -> Iterator[tuple[str, Callable[[Plan], dict[str, str]]]]:
    """Yield every target's name and its `render`, in the order of their names; importing one is its only cost."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        if module.ispkg:
            yield module.name, importlib.import_module(f"{__name__}.{module.name}").render
