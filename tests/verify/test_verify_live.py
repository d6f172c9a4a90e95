"""`mlmon verify --prometheus`: a real Prometheus that scrapes pages which are right, and pages which are not."""

from collections.abc import Callable, Iterator

import pytest

from tests.budget.fake import Fake, send, serving
from tests.support.compiled import HEAD
from tests.support.servers import Server, prometheus
from tests.verify.command import Project
from tests.verify.fact_pages import families, page
from tests.verify.test_fact_pages import service_of

SPEC = f"""{HEAD}
runtimes:
  - {{preset: vllm, selector: {{job: vllm}}, model: x}}
slos:
  - {{name: availability, objective: 99.9%}}
  - {{name: latency, objective: 99%, threshold: 10s}}
"""
BAD = SPEC.replace("job: vllm", "job: bad")


def good_page() -> str:
    return page(families(service_of(SPEC).components[0]))


def bad_page() -> str:
    found = families(service_of(SPEC).components[0])
    found["vllm:num_requests_waiting"].series = [
        {"model_name": "x", "engine": "0", "request_id": str(number)} for number in range(1001)
    ]
    found["vllm:e2e_request_latency_seconds"].buckets = ["1", "5", "20"]
    found["vllm:prefix_cache_queries_total"].type = "gauge"
    found["vllm:prefix_cache_hits_total"].series = [{"model": "x"}]
    found["vllm:generation_tokens_total"].series = [{"model_name": "other", "engine": "0"}]
    found.pop("vllm:request_queue_time_seconds")
    return page(found)


def scrape(job: str, fake: Fake) -> dict[str, object]:
    targets = [{"targets": [fake.url.removeprefix("http://")]}]
    return {"job_name": job, "scrape_interval": "1s", "scrape_timeout": "1s", "static_configs": targets}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> Iterator[Server]:
    good, bad = good_page(), bad_page()
    with (
        serving(lambda request: send(request, good, Content_Type="text/plain; version=0.0.4")) as first,
        serving(lambda request: send(request, bad, Content_Type="text/plain; version=0.0.4")) as second,
    ):
        folder = tmp_path_factory.mktemp("live") / "server"
        jobs = [scrape("vllm", first), scrape("bad", second)]
        with prometheus(require_tool("prometheus"), folder, scraping=jobs) as made:
            made.wait_for(lambda: len(made.get("query", query="up == 1")["result"]) == len(jobs), 20)
            yield made


def test_a_service_as_it_should_be(server: Server, project: Project) -> None:
    answer = project.json(SPEC, "--prometheus", server.url)
    assert [item["message"] for item in answer["findings"] if item["severity"] != "note"] == []
    signals = {item["signal"]: item for item in answer["services"][0]["components"][0]["signals"]}
    assert {item["state"] for item in signals.values()} == {"present"}
    assert signals["latency"]["type"] == "histogram"
    assert signals["requests"]["type"] == "counter"
    assert signals["up"]["series"] == 1


FOUND = """\
error[verify-absent] there is no metric vllm:request_queue_time_seconds with job="bad" (read by alert RequestsWaiting)
error[verify-bucket] the threshold 1m of alert HighLatencyP99 is not below the top bucket of vllm:e2e_request_latency_\
seconds, 20s
warning[verify-cardinality] vllm:num_requests_waiting has 1,001 combinations of labels on one target, more than 1,000
warning[verify-label] there is no label model_name on vllm:prefix_cache_hits_total
warning[verify-type] not a counter but a gauge: vllm:prefix_cache_queries_total
error[verify-value] there is no series with model_name="x" of vllm:generation_tokens_total
error[verify-bucket] 10s, which SLO latency promises, is no bucket of vllm:e2e_request_latency_seconds
"""


def test_a_service_as_it_should_not_be(server: Server, project: Project) -> None:
    answer = project.json(BAD, "--prometheus", server.url)
    told = [item for item in answer["findings"] if item["severity"] != "note"]
    assert "".join(f"{item['severity']}[{item['rule']}] {item['message']}\n" for item in told) == FOUND
    advice = {item["rule"]: item["advice"] for item in told}
    assert advice["verify-cardinality"].startswith("request_id has 1,001 values: ")
    assert advice["verify-label"].endswith('the rules select by model_name="x": did you mean "model"?')
    assert advice["verify-value"] == 'model_name is "other"'


def test_a_selector_that_selects_nothing(server: Server, project: Project) -> None:
    answer = project.json(SPEC.replace("job: vllm", "job: vlm"), "--prometheus", server.url)
    (found,) = answer["findings"]
    assert found["rule"] == "verify-value"
    assert found["message"] == 'no metric of vllm has job="vlm"; of up job is "bad", "vllm"'
    assert found["advice"] == "correct `selector`, or the labels that the scrape gives its targets"


OWN = f"""{SPEC}
  - {{name: ready-made, indicator: ratio, objective: 99%, ratio: 'sum(vllm:num_preemptions_totl{{job="vllm"}})'}}
alerts:
  Mine:
    severity: ticket
    layer: application
    summary: Something is wrong.
    tests: [{{series: [{{series: a, values: "1"}}], at: 1m, fires: false}}]
    expr: |
      sum(rate(vllm:request_success_total{{job="vlm"}}[5m])) > 1 or
      max(vllm:num_requests_running{{job="vllm", zone="a"}} offset 1h) > 2 or
      absent(nothing_like_it) or count(up{{job="vllm"}}) > 3 or ALERTS > 4 or slo:never:x > 5
"""
UNSELECTED = {
    "there is no metric nothing_like_it (read by alert Mine": "correct it there, or let Prometheus scrape it",
    "there is no metric vllm:num_preemptions_totl (read by SLO ready-made": (
        'did you mean "vllm:num_preemptions_total"? correct it there'
    ),
    'there is no series with job="vllm", zone="a" of vllm:num_requests_running (read by alert Mine': (
        "it has no label zone"
    ),
    'there is no series with job="vlm" of vllm:request_success_total (read by alert Mine': 'job is "bad", "vllm"',
}


def test_promql_of_the_specs_own(server: Server, project: Project) -> None:
    answer = project.json(OWN, "--prometheus", server.url)
    told = [item for item in answer["findings"] if item["severity"] != "note"]
    after = ", whose PromQL is the spec's own)"
    assert {item["message"].removesuffix(after): item["advice"] for item in told} == UNSELECTED
    assert {item["severity"] for item in told} == {"warning"}
    assert answer["services"][0]["by_hand"] == []
    page = project.run(OWN, "--metrics", f"{server.url}/metrics")
    assert "PromQL of the spec's own is not checked: SLO ready-made, alert Mine" in page.stdout


def test_an_exporter_that_is_not_scraped(server: Server, project: Project) -> None:
    spec = f"{SPEC}infrastructure:\n  - {{preset: kubernetes, namespace: shop, deployment: web}}\n"
    result = project.run(spec, "--prometheus", server.url, "--component", "kubernetes")
    assert result.exit_code == 1
    assert "error[verify-component] this Prometheus has no metric of kubernetes (Kubernetes Deployment" in result.stdout
    assert "let Prometheus scrape it: kubernetes reads kube_deployment_" in result.stdout


def test_prometheus_that_cannot_be_asked(project: Project) -> None:
    with serving(lambda request: send(request, "<html>login</html>")) as fake:
        result = project.run(SPEC, "--prometheus", fake.url)
    assert result.exit_code == 2
    assert result.output.startswith(f"mlmon: {fake.url} does not answer like Prometheus: the answer is not JSON; give")


def test_a_token_for_prometheus_is_not_told_to_services(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    token = project.root / "token"
    token.write_text("hunter2", encoding="utf-8")
    monkeypatch.setenv("PROMETHEUS_TOKEN_FILE", str(token))
    with serving(lambda request: send(request, "a 1\n")) as fake:
        project.run(SPEC, "--metrics", fake.url)
        assert "Authorization" not in fake.headers[0]
        assert project.run(SPEC, "--prometheus", fake.url).exit_code == 2
        assert fake.headers[1]["Authorization"] == "Bearer hunter2"
