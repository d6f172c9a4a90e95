"""Generated modules behind HTTP, scraped by Prometheus, read by the generated rules: every query returns series."""

import inspect
import json
import math
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server

from mlmon.plan.model import Plan
from mlmon.plan.signals import Signal
from mlmon.promql.text import bucket, selector
from mlmon.targets import instrumentation, prometheus
from tests.instrumentation.modules import imported
from tests.support.compiled import PROJECT, plan_of
from tests.support.servers import Server, free_port

FAMILIES = {
    "ml_inference": "{}",
    "model_inference": "{}",
    # This family leaves the bounds to the service.
    "inference": "{latency: {prometheus: {buckets: [0.1, 0.5, 1, 5]}}}",
}
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


@contextmanager
def exposed(registry: CollectorRegistry) -> Iterator[str]:
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
        server = stack.enter_context(_prometheus(executable, folder, started))
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


@contextmanager
def _prometheus(executable: str, folder: Path, scrapes: list[dict[str, Any]]) -> Iterator[Server]:
    config, log, port = folder / "prometheus.yml", folder / "prometheus.log", free_port()
    rules = [str(folder / "rules" / "*.yaml")]
    config.write_text(json.dumps({"rule_files": rules, "scrape_configs": scrapes}), encoding="utf-8")
    options = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    with log.open("wb") as output:
        command = [executable, *options, f"--web.listen-address=127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            server = Server(port, log)
            server.wait_for(server.is_ready, 20)
            yield server
        finally:
            process.kill()
            process.wait()


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


def every_signal_has_series(scraped: Running) -> None:
    missing = [
        f"{service.name}: {query}"
        for service in scraped.plan.services
        for component in service.components
        for signal in component.signals
        for query in queries(signal)
        if not scraped.find(query)
    ]
    assert missing == []


def every_recording_has_numbers(scraped: Running) -> None:
    for service in scraped.plan.services:
        for item in service.recordings:
            found = scraped.find(f'{item.record}{{service="{service.name}",component="{item.component}"}}')
            assert found, item.record
            assert not any(math.isnan(value) for value in found), item.record


def ratios_are_those_that_were_sent(scraped: Running) -> None:
    sent = ANSWERED + FAILED + REFUSED + STAND_INS
    for service in scraped.plan.services:
        selected = f'{{service="{service.name}",component="prometheus-client"}}'
        assert scraped.find(f"service:mlmon_errors:ratio_rate5m{selected}") == [pytest.approx(FAILED / sent)]


def thresholds_are_bounds_of_buckets(scraped: Running) -> None:
    for metric in ("ml_inference_latency_seconds", "model_inference_latency_seconds", "inference_latency_seconds"):
        for bound in ("0.35", "0.5", "1"):
            found = scraped.find(f"sum({metric}_bucket{{{bucket(Decimal(bound))}}})")
            # Refusals are not timed, so that they cannot make a slow service look fast.
            assert found == [ANSWERED + FAILED + STAND_INS]


def labels_do_not_collide_with_those_of_targets(scraped: Running) -> None:
    assert scraped.find('{__name__=~".+",exported_job!=""}') == []
    assert scraped.find('{__name__=~".+",exported_instance!=""}') == []


def test_rules_find_all_that_they_read(scraped: Running) -> None:
    """One test, so that workers do not each start a Prometheus of their own."""
    every_signal_has_series(scraped)
    every_recording_has_numbers(scraped)
    ratios_are_those_that_were_sent(scraped)
    thresholds_are_bounds_of_buckets(scraped)
    labels_do_not_collide_with_those_of_targets(scraped)
