"""The model servers' presets: whose requests count, which latency can be promised, what `mlmon init` writes."""

from pathlib import Path

import pytest

from mlmon.packs.load import library
from mlmon.scaffold import scaffold
from tests.support.compiled import HEAD, built, messages, plan_of

LATENCY = "slos:\n  - {name: latency, objective: 99%, threshold: 500ms}\n"


def spec(preset: str, more: str = "") -> str:
    return f"{HEAD}runtimes:\n  - {{preset: {preset}, selector: {{job: x}}{more}}}\n"


@pytest.mark.parametrize("runtime", library().names("runtime"))
def test_init_writes_a_spec_that_compiles_without_a_finding(runtime: str, tmp_path: Path) -> None:
    files, problems = scaffold(runtime, "first", "ml")
    assert problems == []
    made = built(tmp_path, files["specs/first.yaml"], project=files["mlmon.yaml"])
    assert made.findings == ()


@pytest.mark.parametrize(
    ("preset", "metric"),
    [
        ("tgi", "tgi_request_duration"),
        ("tensorflow-serving", ":tensorflow:serving:request_latency"),
        ("prometheus-client, family: inference", "inference_latency_seconds"),
    ],
)
def test_a_latency_objective_needs_known_buckets(preset: str, metric: str, tmp_path: Path) -> None:
    (finding,) = built(tmp_path, spec(preset) + LATENCY).findings
    assert finding.rule == "slo-unknown-buckets"
    assert finding.message == f"the bucket bounds of {metric} are not known, so fast answers cannot be counted"
    assert finding.advice == "list the bounds that a scrape shows under `signals.latency.prometheus.buckets`"
    assert str(finding.place) == "specs/s0.yaml:7:48"


def test_bounds_of_a_scrape_make_the_objective_possible(tmp_path: Path) -> None:
    buckets = ", signals: {latency: {prometheus: {buckets: [218591, 393464, 708235, 1274820]}}}"
    promise = LATENCY.replace("500ms", "218.591ms")
    assert plan_of(tmp_path, spec("tensorflow-serving", buckets) + promise).services[0].slos
    off = built(tmp_path, spec("tensorflow-serving", buckets) + LATENCY)
    assert [finding.rule for finding in off.findings] == ["slo-off-bucket"]


def test_a_server_without_any_histogram_says_what_would_help(tmp_path: Path) -> None:
    (finding,) = built(tmp_path, spec("torchserve") + LATENCY).findings
    assert "no component has a latency histogram" in finding.message
    assert "type histogram in metrics.yaml" in finding.advice


def test_kserve_cannot_promise_availability_alone_but_with_the_queue_proxy(tmp_path: Path) -> None:
    promise = "slos:\n  - {name: availability, objective: 99.9%}\n"
    alone = built(tmp_path, spec("kserve") + promise)
    assert messages(alone.findings) == ["specs/s0.yaml:7:5: no component counts both requests and errors"]
    proxy = "  - {preset: knative-queue-proxy, selector: {job: y}}\n"
    assert plan_of(tmp_path, spec("kserve") + proxy + promise).services[0].slos


@pytest.mark.parametrize(
    ("preset", "message"),
    [
        ("sglang", "500ms is not a bucket bound of sglang:e2e_request_latency_seconds"),
        ("mlserver", ""),
        ("mlserver, family: grpc", ""),
        ("bentoml", ""),
        ("ray-serve", ""),
        ("seldon-core-2", ""),
        ("seldon-core-2, family: pipeline", ""),
        ("knative-queue-proxy", ""),
        ("knative-queue-proxy, family: revision", ""),
    ],
)
def test_half_a_second_is_a_bound_of_most_servers(preset: str, message: str, tmp_path: Path) -> None:
    found = messages(built(tmp_path, spec(preset) + LATENCY).findings)
    assert bool(found) == bool(message)
    assert message in "".join(found)
