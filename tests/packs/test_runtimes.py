"""docs/runtimes.md, cell by cell: the table is what plans hold, and every panel of every runtime has data to show."""

import os
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from mlmon.alarms.expressions import Scope, evaluate
from mlmon.explain.runtimes import Row, as_markdown, rows
from mlmon.packs.load import library
from mlmon.plan import quantities
from mlmon.plan.model import ServicePlan
from mlmon.plan.quantities import Quantity
from mlmon.plan.signals import Signal
from mlmon.promql.quantities import Renderer
from mlmon.targets.cloudwatch.measure import measure
from tests.support import archive, history
from tests.support.labelsets import closest, label_sets, metrics
from tests.support.presets import Variant, plan_of_spec, variants
from tests.support.servers import Server
from tests.support.servers import prometheus as started

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "runtimes.md"
BEGIN, END = "<!-- generated from the packs: begin -->\n", "<!-- generated from the packs: end -->\n"
VARIANTS = {
    (item.preset, item.family or ""): item for item in variants() if item.full and item.pack.metadata.type == "runtime"
}
ROWS = list(rows(library()))
STEP, SAMPLES = 30, 40
LATENCY = "slos:\n  - {name: latency, objective: 99%, threshold: 500ms}\n"


def named(row: Row) -> str:
    return "-".join(part for part in (row.runtime, row.family) if part)


def spec_of(variant: Variant) -> str:
    """The variant with targets of its own, so that all of them can share a Prometheus."""
    return variant.spec.replace("{job: x}", f"{{job: {variant}}}")


@cache
def service(runtime: str, family: str) -> ServicePlan:
    made = plan_of_spec(spec_of(VARIANTS[runtime, family]))
    assert made.plan is not None
    return made.plan.services[0]


def drawn(plan: ServicePlan) -> list[tuple[str, Quantity]]:
    """Titles and quantities of all panels; what looks hours or weeks back has tests of its own."""
    found = [(panel.title, series.quantity) for panel in plan.panels for series in panel.series]
    return [(title, quantity) for title, quantity in found if type(quantity).__module__ == quantities.__name__]


def test_the_page_holds_the_table_of_the_packs() -> None:
    head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, tail = rest.split(END)
    fresh = f"{head}{BEGIN}{as_markdown(library())}{END}{tail}"
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(fresh, encoding="utf-8")
    else:
        assert PAGE.read_text(encoding="utf-8") == fresh


def test_every_runtime_and_family_has_a_row() -> None:
    assert {(row.runtime, row.family) for row in ROWS} == set(VARIANTS)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_numbers_of_a_row_are_those_of_a_service(row: Row) -> None:
    plan = service(row.runtime, row.family)
    mine = [
        alert.source.startswith(f"{row.runtime}/") for alert in {item.source: item for item in plan.alerts}.values()
    ]
    assert row.alerts == f"{sum(mine)} own, {len(mine) - sum(mine)} general"
    titles = {panel.title for panel in library().packs[row.runtime].pack.panels}
    own = [panel for panel in plan.panels if panel.title in titles]
    assert row.panels == f"{len(own)} own, {len(plan.panels) - len(own)} general"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_availability_can_be_promised_where_the_table_says_so(row: Row) -> None:
    promise = "slos:\n  - {name: availability, objective: 99.9%}\n"
    made = plan_of_spec(spec_of(VARIANTS[row.runtime, row.family]) + promise)
    if made.plan is None or not made.plan.services[0].slos:
        assert row.availability == "–"
        return
    (slo,) = made.plan.services[0].slos
    backends = [
        name for name, key in (("Prometheus", "prometheus"), ("CloudWatch", "cloudwatch")) if slo.indicator.on(key)
    ]
    assert row.availability == f"SLO on {' and '.join(backends)}"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_latency_can_be_promised_where_the_table_says_so(row: Row) -> None:
    rules = {finding.rule for finding in plan_of_spec(spec_of(VARIANTS[row.runtime, row.family]) + LATENCY).findings}
    if row.latency == "SLO and quantiles":
        assert rules <= {"slo-off-bucket"}
    elif row.latency.startswith("quantiles;"):
        assert rules == {"slo-unknown-buckets"}
    else:
        assert rules == {"slo-invalid"}


def test_every_refusal_of_a_latency_promise_is_shown_to_the_letter() -> None:
    _, files = archive.read(ROOT / "tests" / "errors" / "latency-not-countable.txt")
    shown = {match[1] for text in files.values() if (match := re.search(r"preset: ([\w-]+)", text))}
    refused = {
        row.runtime for row in ROWS if plan_of_spec(spec_of(VARIANTS[row.runtime, row.family]) + LATENCY).findings
    }
    assert refused == shown


def watched() -> list[Row]:
    return [row for row in ROWS if any(signal.prometheus for signal in signals(row))]


def signals(row: Row) -> tuple[Signal, ...]:
    return service(row.runtime, row.family).components[0].signals


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> Iterator[Server]:
    """Prometheus with twenty minutes of every signal of every runtime."""
    promtool, executable = require_tool("promtool"), require_tool("prometheus")
    folder = tmp_path_factory.mktemp("runtimes")
    lines = {line: None for row in watched() for line in samples(row, int(time.time()))}
    (folder / "raw.txt").write_text("".join(lines) + "# EOF\n", encoding="utf-8")
    history.import_blocks(promtool, folder / "raw.txt", folder / "data")
    with started(executable, folder, rules=f"{folder}/*.none.yaml", data=folder / "data") as running:
        yield running


def samples(row: Row, end: int) -> Iterator[str]:
    """Counters that rise, gauges that stand, and histograms whose buckets fill evenly."""
    bound = [signal for signal in signals(row) if signal.prometheus]
    for metric, readers in metrics(bound).items():
        for labels in label_sets(readers):
            signal = closest(readers, labels)
            names = [metric]
            if signal.kind == "histogram":
                assert signal.prometheus is not None
                bounds = [f"{float(bound)}" for bound in signal.prometheus.buckets or (1, 10, 100)]
                names = [f'{metric}_bucket{{le="{le}"' for le in (*bounds, "+Inf")]
            tags = ",".join(f'{key}="{value}"' for key, value in labels.items())
            for number, name in enumerate(names):
                series = f"{name},{tags}}}" if "{" in name else f"{name}{{{tags}}}"
                for sample in range(SAMPLES):
                    moment = end - (SAMPLES - sample) * STEP
                    value = {"gauge": 1, "timestamp": end - 3600}.get(signal.kind, sample * (number + 1) * 30)
                    yield f"{series} {value} {moment}\n"


@pytest.mark.parametrize("row", watched(), ids=named)
def test_every_query_of_every_panel_returns_series(row: Row, server: Server) -> None:
    plan = service(row.runtime, row.family)
    renderer = Renderer(plan, read_recorded=False)
    asked = [(title, quantity) for title, quantity in drawn(plan) if quantity.on("prometheus")]
    assert len(asked) > 8
    empty = [title for title, quantity in asked if not server.series(renderer.quantity(quantity), time.time() - STEP)]
    assert empty == []


@pytest.mark.parametrize("row", [row for row in ROWS if row not in watched()], ids=named)
def test_every_line_of_a_cloudwatch_panel_has_a_number(row: Row) -> None:
    asked = drawn(service(row.runtime, row.family))
    assert len(asked) > 8
    for title, quantity in asked:
        read = measure(quantity)
        assert read is not None, title
        if read.math:
            values = dict.fromkeys(read.stats(60), (4.0, 5.0))
            points = evaluate(read.math, Scope(values, 60))
            assert isinstance(points, tuple), title
            assert all(points), title
