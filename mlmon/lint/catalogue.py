"""Finds the lint rules and their manual pages."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mlmon.lint import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlmon.diagnostics import Severity
    from mlmon.lint.context import Context, Issue


@dataclass(frozen=True)
class Rule:
    """One rule: `id` for people, the severity of its findings, its manual page, and the check."""

    id: str
    severity: Severity
    manual: str
    check: Callable[[Context], Iterable[Issue]]


@cache
def catalogue() -> dict[str, Rule]:
    """Return all rules by id, sorted."""
    found = {}
    for item in sorted(pkgutil.iter_modules(rules.__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{rules.__name__}.{item.name}")
        identifier = item.name.replace("_", "-")
        found[identifier] = Rule(identifier, module.SEVERITY, inspect.cleandoc(module.__doc__ or ""), module.check)
    return found
