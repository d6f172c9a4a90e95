"""Generated modules behind HTTP, scraped by Prometheus, read by the generated rules: every query returns series."""

import inspect
import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector

from mlmon.plan.model import Plan
from mlmon.plan.signals import Signal
from mlmon.promql.text import bucket, selector
from mlmon.targets import instrumentation, prometheus
from tests.instrumentation.modules import imported
from tests.support.compiled import PROJECT, plan_of
from tests.support.exposed import exposed
from tests.support.servers import Server
from tests.support.servers import prometheus as started_prometheus

FAMILIES = {
    "ml_inference": "{}",
    "model_inference": "{}",
    # This family leaves the bounds to the service.
    "inference": "{latency: {prometheus: {buckets: [0.1, 0.5, 1, 5]}}}",
}
LATENCIES = [f"{family}_latency_seconds" for family in FAMILIES]
ANSWERED, FAILED, REFUSED, STAND_INS = 120, 30, 20, 40
"""How many requests of each kind are sent; 210 in all, of which a seventh fails."""
SPEC = """\
apiVersion: mlmon/v1
kind: Service
metadata: {{name: {name}, team: ml, description: Scores payments.}}
model: {{name: "cards \\"eu\\""}}
runtimes:
  - {{preset: prometheus-client, family: {family}, selector: {{job: {name}, app: scoring}}, signals: {signals}}}
quality:
  - {{preset: model-quality, model: "cards \\"eu\\" {name}", family: batch}}
pipelines:
  - {{preset: batch-job, job: nightly-{name}}}
slos:
  - {{name: availability, objective: 99.9%}}
  - {{name: latency, objective: 99%, threshold: 500ms}}
thresholds:
  latency_p99: {{ticket: 350ms}}
"""


@dataclass
class Running:
    """A Prometheus that has scraped all services for a few seconds, and the plan of their rules."""

    server: Server
    plan: Plan

    def find(self, expr: str) -> list[float]:
        """The values of an instant query."""
        return [float(item["value"][1]) for item in self.server.series(expr, time.time())]


def tell_everything(item: Any) -> None:
    """Call every setter once, with some value and some label values."""
    for name, method in inspect.getmembers(item, inspect.ismethod):
        if name.startswith(("set_", "observe_", "count_")):
            asked = [one.name for one in inspect.signature(method).parameters.values() if one.kind is one.KEYWORD_ONLY]
            labels = {label: f"some {label}" for label in asked}
            method(0.5, **labels) if "moment" not in inspect.signature(method).parameters else method(**labels)


def send(serving: Any) -> None:
    """Answer requests, some with errors, refusals and fallbacks, and tell what is known about the answers."""
    tell_everything(serving)
    for number in range(ANSWERED + FAILED + REFUSED + STAND_INS):
        with serving.inference() as call:
            if number < FAILED:
                call.fail()
            elif number < FAILED + REFUSED:
                call.reject()
            elif number < FAILED + REFUSED + STAND_INS:
                call.fallback("cache")


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> Iterator[Running]:
    executable = require_tool("prometheus")
    folder = tmp_path_factory.mktemp("scraped")
    project = PROJECT + "  prometheus: {scrape_interval: 1s, evaluation_interval: 1s}\n"
    specs = [
        SPEC.format(name=family.replace("_", "-"), family=family, signals=signals)
        for family, signals in FAMILIES.items()
    ]
    plan = plan_of(folder, *specs, project=project)
    (folder / "rules").mkdir()
    for path, text in prometheus.render(plan).items():
        if path.endswith(".rules.yaml") and path.count("/") == 1:
            (folder / "rules" / Path(path).name).write_text(text, encoding="utf-8")
    sources = instrumentation.render(plan)
    with ExitStack() as stack:
        started, servings = [], []
        for service in plan.services:
            module = imported(sources[f"instrumentation/{service.name.replace('-', '_')}.py"])
            version = {"version": 'v"1'} if "version" in inspect.signature(module.Serving).parameters else {}
            serving = module.Serving(**version, registry=CollectorRegistry())
            ProcessCollector(registry=serving.registry)
            gateway = CollectorRegistry()
            quality, job = module.Quality(version="v1", registry=gateway), module.Job(registry=gateway)
            for item in (serving, quality, job):
                tell_everything(item)
            servings.append(serving)
            labels = {"app": "scoring"}
            started.append(_scrape(service.name, stack.enter_context(exposed(serving.registry)), labels))
            # As a Pushgateway is scraped, to which both would have pushed.
            started.append(_scrape("gateway-" + service.name, stack.enter_context(exposed(gateway)), {}))
        rules = str(folder / "rules" / "*.yaml")
        server = stack.enter_context(started_prometheus(executable, folder, rules=rules, scraping=started))
        found = Running(server, plan)
        _wait(found, 2)
        for serving in servings:
            send(serving)
        _wait(found, 4)
        yield found


def _scrape(job: str, target: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "job_name": job,
        "honor_labels": job.startswith("gateway"),
        "scrape_interval": "1s",
        "static_configs": [{"targets": [target], "labels": labels}],
    }


def _wait(item: Running, times: int) -> None:
    def happened() -> bool:
        found = item.find("count_over_time(up[1m])")
        return len(found) == 2 * len(FAMILIES) and min(found) >= times

    item.server.wait_for(happened, 30)


def queries(signal: Signal) -> list[str]:
    """What the rules select of a signal."""
    assert signal.prometheus
    suffix = "_bucket" if signal.kind == "histogram" else ""
    return [selector(series, suffix=suffix) for series in signal.prometheus.series]


def signals_without_series(scraped: Running) -> list[str]:
    return [
        f"{service.name}: {query}"
        for service in scraped.plan.services
        for component in service.components
        for signal in component.signals
        for query in queries(signal)
        if not scraped.find(query)
    ]


def recordings_without_numbers(scraped: Running) -> list[str]:
    """Recordings that have no value, or one that is not a number."""
    found = {
        f"{service.name}: {item.record}": scraped.find(
            f'{item.record}{{service="{service.name}",component="{item.component}"}}'
        )
        for service in scraped.plan.services
        for item in service.recordings
    }
    return [name for name, values in found.items() if not values or any(map(math.isnan, values))]


def error_ratio(scraped: Running, service: str) -> list[float]:
    return scraped.find(f'service:mlmon_errors:ratio_rate5m{{service="{service}",component="prometheus-client"}}')


def timed_within(scraped: Running, bound: str) -> list[float]:
    """How many requests the bucket of a bound has, in the histogram of each service."""
    found = (scraped.find(f"sum({metric}_bucket{{{bucket(Decimal(bound))}}})") for metric in LATENCIES)
    return [number for numbers in found for number in numbers]


def test_rules_find_all_that_they_read(scraped: Running) -> None:
    """One test, so that workers do not each start a Prometheus of their own."""
    assert signals_without_series(scraped) == []
    assert recordings_without_numbers(scraped) == []
    sent = ANSWERED + FAILED + REFUSED + STAND_INS
    for service in scraped.plan.services:
        assert error_ratio(scraped, service.name) == [pytest.approx(FAILED / sent)]
    # Refusals are not timed, so that they cannot make a slow service look fast.
    for threshold in ("0.35", "0.5", "1"):
        assert timed_within(scraped, threshold) == [ANSWERED + FAILED + STAND_INS] * len(LATENCIES)
    for label in ("job", "instance"):
        assert scraped.find(f'{{__name__=~".+",exported_{label}!=""}}') == []
