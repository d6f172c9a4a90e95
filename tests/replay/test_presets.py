"""Each incident over a service of each runtime that the fleet does not have: one page, or none, as its file says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mlmon.plan.model import Plan
from mlmon.replay.executable import checked
from mlmon.replay.incident import incidents
from mlmon.replay.server import prometheus
from mlmon.replay.simulate import replay
from mlmon.units import Duration
from tests.support.fleet import fleet
from tests.support.presets import Variant, plan_of_spec, variants

IN_FLEET = {component.preset for service in fleet().services for component in service.components}
MINUTE = Duration.of("1m")


def plan(variant: Variant) -> Plan:
    made = plan_of_spec(variant.spec).plan
    assert made is not None
    return replace(made, outputs=replace(made.outputs, scrape_interval=MINUTE, evaluation_interval=MINUTE))


LAST = {item.preset: item for item in variants() if item.full and item.pack.metadata.type == "runtime"}
PAIRS = [
    pytest.param(name, variant, id=f"{name}-{preset}")
    for preset, variant in LAST.items()
    if preset not in IN_FLEET
    for name, incident in incidents().items()
    if incident.expected(plan(variant).services[0])
]


@pytest.mark.parametrize(("name", "variant"), PAIRS)
def test_incident_leads_to_what_its_file_says(require_tool: Callable[[str], str], name: str, variant: Variant) -> None:
    made = plan(variant)
    with prometheus(checked(Path(require_tool("prometheus"))), 60) as server:
        result = replay(server, made, made.services[0], incidents()[name], drawn=False)
    assert result.verdict is not None
    assert result.verdict.wrong == ()
    assert len(result.pages) == bool(incidents()[name].expected(made.services[0]).pages)  # type: ignore[union-attr]


def test_every_runtime_is_here() -> None:
    assert len({pair.values[1].preset for pair in PAIRS}) >= 9  # type: ignore[union-attr]
