"""Pages recorded from real exporters, and a real client library behind HTTP."""

from pathlib import Path

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mlmon.verify.exposition import parse
from tests.support.compiled import HEAD
from tests.support.exposed import exposed
from tests.verify.command import Project

PAGES = Path(__file__).parent / "pages"
SPECS = {
    "node-exporter": ("infrastructure", "{preset: node, selector: {job: node}}"),
    "pushgateway": ("pipelines", "{preset: batch-job, job: churn-scoring}"),
    "ray-serve": ("runtimes", "{preset: ray-serve, selector: {job: ray}, application: recommender}"),
    "bentoml": ("runtimes", "{preset: bentoml, selector: {job: bento}}"),
}
FOUND = {
    "node-exporter": ({}, []),
    "pushgateway": ({}, []),
    "ray-serve": (
        {"client_errors": "not seen", "health_check_failures": "not seen"},
        ["ray_serve_health_check_failures_total"],
    ),
    "bentoml": (
        {"client_errors": "not seen", "shed_requests": "not seen", "batch_size": "absent"},
        ["bentoml_service_adaptive_batch_size"],
    ),
}
"""What is not there in such a recording: states other than present, and the metrics that warnings are about."""


@pytest.mark.parametrize("system", SPECS)
def test_what_a_real_exporter_serves(system: str, project: Project) -> None:
    section, entry = SPECS[system]
    answer = project.json(f"{HEAD}{section}:\n  - {entry}\n", "--metrics", str(PAGES / f"{system}.txt"))
    (component,) = answer["services"][0]["components"]
    states = {item["signal"]: item["state"] for item in component["signals"]}
    expected, metrics = FOUND[system]
    states = {name: state for name, state in states.items() if state not in {"present", "not checked"}}
    assert states == expected
    told = [item for item in answer["findings"] if item["severity"] != "note"]
    assert [item["severity"] for item in told] == ["warning"] * len(metrics)
    assert all(metric in item["message"] for metric, item in zip(metrics, told, strict=True))


@pytest.mark.parametrize("system", SPECS)
def test_the_page_is_read_as_the_client_library_reads_it(system: str) -> None:
    text = (PAGES / f"{system}.txt").read_text(encoding="utf-8")
    # It adds `_total` to counters without it.
    ours = {
        (name.removesuffix("_total"), *sorted(labels.items()), str(value))
        for name, found in parse(text, openmetrics=False).samples.items()
        for labels, value in found
    }
    theirs = {
        (item.name.removesuffix("_total"), *sorted(item.labels.items()), str(float(item.value)))
        for family in text_string_to_metric_families(text)
        for item in family.samples
    }
    assert ours == theirs
    assert len(ours) > 5


SERVICE = f"""{HEAD}
runtimes:
  - {{preset: prometheus-client, selector: {{job: fraud}}, family: model_inference}}
slos:
  - {{name: availability, objective: 99.9%}}
  - {{name: latency, objective: 99%, threshold: 500ms}}
"""


@pytest.mark.parametrize("bounds", [(0.1, 0.5, 1, 2.5), (0.1, 1, 2.5)])
def test_a_service_with_the_real_client_library(bounds: tuple[float, ...], project: Project) -> None:
    registry = prometheus_client.CollectorRegistry()
    names = ["model_name", "model_version", "status"]
    requests = prometheus_client.Counter("model_inference_requests", "Requests.", names, registry=registry)
    latency = prometheus_client.Histogram(
        "model_inference_latency_seconds", "Latency.", names[:2], buckets=bounds, registry=registry
    )
    requests.labels("fraud", "v1", "success").inc()
    latency.labels("fraud", "v1").observe(0.2)
    with exposed(registry) as address:
        answer = project.json(SERVICE, "--metrics", f"http://{address}/metrics")
    states = {item["signal"]: item["state"] for item in answer["services"][0]["components"][0]["signals"]}
    assert states["requests"] == "present"
    assert states["errors"] == "not seen"
    assert states["latency"] == ("present" if 0.5 in bounds else "wrong")
    told = [
        item["message"]
        for item in answer["findings"]
        if item["rule"] == "verify-bucket" and item["severity"] == "error"
    ]
    expected = "500ms, which SLO latency promises, is no bucket of model_inference_latency_seconds"
    assert told == ([] if 0.5 in bounds else [expected])
