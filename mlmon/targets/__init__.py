"""Targets: each turns the plan into the files of one engine, and knows nothing of the others.

A target is a package here with `render(plan) -> dict[str, str]`, paths relative to the output folder. It may have
`refusals(plan) -> list[str]`: sentences for what its engine would refuse and no tool on this machine checks. It may
also have `wrap(plan, files) -> dict[str, str]`: files of other targets, known by path only, in another wrapping.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.abreast import abreast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mlmon.plan.model import Plan

# None of these wraps files of others: they are not at hand where it is done.
_APART: Final = ("cloudwatch", "grafana", "instrumentation", "routing_proofs")


@dataclass(frozen=True)
class Target:
    """One engine's files, what it would refuse, and what it makes of the others' files."""

    name: str
    render: Callable[[Plan], dict[str, str]]
    refusals: Callable[[Plan], list[str]]
    wrap: Callable[[Plan, Mapping[str, str]], dict[str, str]]


def render(plan: Plan) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the files of all targets, and what their engines would refuse as (name of target, sentence)."""
    every = list(_names())
    # These take about as long as all the others together.
    apart = [name for name in every if name in _APART]
    here = [name for name in every if name not in apart]
    (files, refused), (others, also) = abreast(lambda: _render(plan, here), lambda: _render(plan, apart))
    files |= others
    for target in targets(here):
        files |= target.wrap(plan, files)
    return files, [*refused, *also]


def _render(plan: Plan, names: Iterable[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    files: dict[str, str] = {}
    refused: list[tuple[str, str]] = []
    for target in targets(names):
        files |= target.render(plan)
        refused += [(target.name, sentence) for sentence in target.refusals(plan)]
    return files, refused


def _names() -> Iterator[str]:
    yield from sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)


def targets(names: Iterable[str] | None = None) -> Iterator[Target]:
    """Yield the targets of these names, or every one in the order of its name; importing one is its only cost."""
    for name in names if names is not None else _names():
        module = importlib.import_module(f"{__name__}.{name}")
        yield Target(name, module.render, getattr(module, "refusals", _nothing), getattr(module, "wrap", _no_files))


def _nothing(plan: Plan) -> list[str]:
    del plan
    return []


def _no_files(plan: Plan, files: Mapping[str, str]) -> dict[str, str]:
    del plan, files
    return {}
