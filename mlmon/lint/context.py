"""What a lint rule may look at, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from mlmon.diagnostics import Place
from mlmon.packs.load import library

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlmon.packs.load import Library
    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.spec.load import Loaded, Workspace
    from mlmon.spec.service import Service

OUTPUT: Final = "generated"
"""The folder under which people find the files of `Context.files`, for places in them."""


class Issue(NamedTuple):
    """What a rule yields: where, what is wrong, and what to do about it."""

    place: Place
    message: str
    advice: str


@dataclass(frozen=True)
class Context:
    """What has been read and made: specs with positions, the plan, the generated files, the day, and the packs."""

    workspace: Workspace
    plan: Plan
    files: Mapping[str, str]
    today: date
    library: Library = field(default_factory=library)

    def services(self) -> Iterator[tuple[ServicePlan, Loaded[Service]]]:
        """Yield each planned service with the spec it comes from."""
        specs = {loaded.model.metadata.name: loaded for loaded in self.workspace.services}
        for service in self.plan.services:
            yield service, specs[service.name]
