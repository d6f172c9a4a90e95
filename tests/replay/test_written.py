"""Alerts that a spec writes in PromQL: replayed where signals of the service are behind them, else named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlmon.remote.client import Client
from mlmon.replay.executable import checked
from mlmon.replay.incident import chosen
from mlmon.replay.live import Asked, Past
from mlmon.replay.model import Result
from mlmon.replay.rules import selectors
from mlmon.replay.server import prometheus
from mlmon.replay.simulate import replay
from tests.support.compiled import HEAD, plan_of

SPEC = f"""\
{HEAD}runtimes:
  - preset: prometheus-client
    family: ml_inference
    selector: {{job: fraud}}
alerts:
  FailingFast:
    expr: sum(rate(ml_inference_requests_total{{job="fraud", status=~"err.*"}}[5m])) > 1
    for: 2m
    severity: page
    layer: application
    summary: more than one answer a second fails
    description: Written by hand.
  NothingImported:
    expr: absent(imported_rows{{source="crm"}}) or sum(imported_rows{{source="crm"}}) < 1
    for: 2m
    severity: page
    layer: application
    summary: nothing was imported
    description: Written by hand.
"""


@pytest.fixture(scope="module")
def both(require_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Result]:
    """An incident as it is simulated, and as it is found again in what Prometheus has stored of it."""
    plan = plan_of(tmp_path_factory.mktemp("written"), SPEC)
    (service,) = plan.services
    with prometheus(checked(Path(require_tool("prometheus"))), 60) as server:
        simulated = replay(server, plan, service, chosen("error-burst"))
        asked = Asked(Client(f"http://127.0.0.1:{server.port}", timeout=30))
        return simulated, Past(plan, service, asked, int(simulated.start), int(simulated.end)).result(service)


def test_fires_in_an_incident_as_in_the_past(both: tuple[Result, Result]) -> None:
    simulated, past = both
    found = [[(item.labels, item.spans) for item in one.fired if item.alert.name == "FailingFast"] for one in both]
    assert found[0] == found[1] != []
    (span,) = found[0][0][1]
    assert 20 * 60 < span.start - simulated.begin < 26 * 60
    assert {item.alert.name for item in past.fired} - {item.alert.name for item in simulated.fired} == {
        "NothingImported"
    }


def test_what_no_signal_is_behind_is_named(both: tuple[Result, Result]) -> None:
    simulated, past = both
    assert (
        "NothingImported is not judged: it is written in PromQL, and no signal of the service is "
        'imported_rows{source="crm"}'
    ) in simulated.notes
    assert not any("NothingImported" in note for note in past.notes)


def test_an_incident_expects_nothing_of_it(both: tuple[Result, Result]) -> None:
    simulated, _ = both
    (page,) = simulated.pages
    assert page.alert == "FailingFast"
    assert [item.alert for item in page.joined] == ["HighErrorRatio"]
    assert simulated.verdict is not None
    assert simulated.verdict.wrong == ()


def test_selectors_by_themselves() -> None:
    text = 'rate(a{b!="x",c=~"y|z"}[5m] offset 1h) / a{b!="x",c=~"y|z"} or {d=~"q\\"+"} * e'
    assert selectors(text) == ['a{b!="x", c=~"y|z"}', '{d=~"q\\"+"}', "e{}"]
