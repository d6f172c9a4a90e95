"""Which targets a spec leads to: what it says, what packs know, what follows from the selector."""

from pathlib import Path

import pytest

from mlmon.plan.collection import Addresses, Nodes, Pods, ScrapeJob
from mlmon.targets.collection import render, wrap
from tests.support.collected import EVERYTHING, collection_of, files_of, spec
from tests.support.compiled import built, plan_of

CLUSTER = "infrastructure:\n  - {preset: kubernetes, namespace: ml-prod, deployment: fraud.v2}\n"


def jobs(folder: Path, *bodies: str) -> dict[str, ScrapeJob]:
    specs = [spec(body, f"s{number}") for number, body in enumerate(bodies)]
    return {job.name: job for job in collection_of(folder, *specs).jobs}


def why(folder: Path, body: str) -> list[tuple[str, str]]:
    return [(item.reason, item.advice) for item in collection_of(folder, spec(body)).left_out]


def test_nothing_is_generated_unless_the_project_asks_for_it(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, spec(EVERYTHING))
    assert plan.collection is None
    assert render(plan) == {}
    assert wrap(plan, {"prometheus/fraud.rules.yaml": "groups: []"}) == {}


def test_five_lines_lead_to_pods_by_app_in_the_deployments_namespace(tmp_path: Path) -> None:
    body = "runtimes:\n  - {preset: vllm, selector: {job: vllm, app: chat}}\n" + CLUSTER
    job = jobs(tmp_path, body)["s0-vllm"]
    assert job.discovery == Pods(("ml-prod",), (("app", "chat"),))
    assert (job.port, job.path, job.scheme) == (8000, "/metrics", "http")
    assert job.labels == (("job", "vllm"), ("app", "chat"))


@pytest.mark.parametrize(
    ("preset", "port", "path"),
    [
        ("bentoml", 3000, "/metrics"),
        ("kserve", 8080, "/metrics"),
        ("mlserver", 8082, "/metrics"),
        ("sglang", 30000, "/metrics"),
        ("tensorflow-serving", 8501, "/monitoring/prometheus/metrics"),
        ("tgi", 80, "/metrics"),
        ("torchserve", 8082, "/metrics"),
        ("triton", 8002, "/metrics"),
    ],
)
def test_packs_know_port_and_page(tmp_path: Path, preset: str, port: int, path: str) -> None:
    job = jobs(tmp_path, f"runtimes:\n  - {{preset: {preset}, selector: {{job: x, app: y}}}}\n")[f"s0-{preset}"]
    assert (job.port, job.path) == (port, path)


def test_without_app_pods_are_told_by_the_names_that_their_deployment_gives_them(tmp_path: Path) -> None:
    body = "runtimes:\n  - {preset: vllm, selector: {job: vllm}}\n" + CLUSTER
    assert jobs(tmp_path, body)["s0-vllm"].discovery == Pods(("ml-prod",), (), r"fraud\.v2-[a-z0-9]+-[a-z0-9]{5}")


def test_the_spec_goes_first(tmp_path: Path) -> None:
    collect = "{pods: {app.kubernetes.io/name: chat}, namespace: chats, port: http-metrics, path: /m, scheme: https}"
    body = f"runtimes:\n  - {{preset: vllm, selector: {{job: vllm, app: x}}, collect: {collect}}}\n{CLUSTER}"
    job = jobs(tmp_path, body)["s0-vllm"]
    assert job.discovery == Pods(("chats",), (("app.kubernetes.io/name", "chat"),))
    assert (job.port, job.path, job.scheme) == ("http-metrics", "/m", "https")


def test_a_namespace_in_the_selector_is_where_the_pods_are(tmp_path: Path) -> None:
    body = "runtimes:\n  - {preset: vllm, selector: {job: vllm, app: x, namespace: chats}}\n" + CLUSTER
    assert jobs(tmp_path, body)["s0-vllm"].discovery == Pods(("chats",), (("app", "x"),))


def test_addresses_instead_of_pods(tmp_path: Path) -> None:
    body = "runtimes:\n  - {preset: vllm, selector: {job: vllm}, collect: {targets: ['h:1', '[::1]:2']}}\n"
    job = jobs(tmp_path, body)["s0-vllm"]
    assert (job.discovery, job.port) == (Addresses(("h:1", "[::1]:2")), None)


def test_off_leaves_it_to_others(tmp_path: Path) -> None:
    body = "runtimes:\n  - {preset: vllm, selector: {job: vllm, app: x}, collect: off}\n"
    assert jobs(tmp_path, body) == {}
    assert why(tmp_path, body) == []


def test_further_labels_of_node_exporters_are_the_nodes(tmp_path: Path) -> None:
    found = jobs(tmp_path, "infrastructure:\n  - {preset: node, selector: {job: node, pool: gpu}}\n")["node"]
    assert (found.labels, found.node_labels) == ((("job", "node"),), (("pool", "gpu"),))


def test_what_several_services_need_is_scraped_once(tmp_path: Path) -> None:
    found = jobs(tmp_path, CLUSTER, CLUSTER.replace("fraud.v2", "other"))
    assert sorted(found) == ["cadvisor", "kube-state-metrics"]
    assert found["cadvisor"].services == ("s0", "s1")
    assert found["cadvisor"].discovery == Nodes()
    assert "kube_deployment_spec_replicas" in found["kube-state-metrics"].keep


def test_kubelets_are_asked_for_volumes_only_where_one_is_watched(tmp_path: Path) -> None:
    body = "infrastructure:\n  - {preset: kubernetes, namespace: a, deployment: b, volume: models}\n"
    assert jobs(tmp_path, body)["kubelet"].keep == (
        "kubelet_volume_stats_available_bytes",
        "kubelet_volume_stats_capacity_bytes",
    )


def test_jobs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    body = "infrastructure:\n  - {preset: node, selector: {job: node, pool: POOL}}\n"
    found = jobs(tmp_path, body.replace("POOL", "a"), body.replace("POOL", "b"))
    assert sorted(found) == ["node-s0", "node-s1"]


@pytest.mark.parametrize(("choice", "honor", "exported"), [("plain", True, False), ("exported", False, True)])
def test_labels_of_the_page_go_first_where_the_rules_read_them_plain(
    tmp_path: Path, choice: str, honor: bool, exported: bool
) -> None:
    found = jobs(tmp_path, f"infrastructure:\n  - {{preset: dcgm, workload_labels: {choice}}}\n")["dcgm-exporter"]
    assert (found.honor_labels, found.exported) == (honor, exported)


@pytest.mark.parametrize(
    ("body", "reason", "advice"),
    [
        (
            "runtimes:\n  - {preset: vllm, selector: {job: x}}\n",
            "its selector does not tell its pods",
            "in its entry: collect: {namespace: NAME, pods: {app: NAME}}",
        ),
        (
            "runtimes:\n  - {preset: vllm, selector: {job: x, app: {regex: a|b}}}\n",
            "its selector fixes no value of the label app",
            "one component for each value, with app: VALUE",
        ),
        (
            "quality:\n  - {preset: model-quality, model: m, selector: {app: x}, collect: {pods: {app: x}}}\n",
            "no port is known",
            "in its entry: collect: {port: 8000}",
        ),
        (
            "infrastructure:\n  - {preset: kubernetes, namespace: a, deployment: b, object_labels: exported}\n",
            "a kubelet's page is not served by a pod, whose labels would turn pod into exported_pod",
            "object_labels: plain",
        ),
    ],
)
def test_what_cannot_be_collected_is_told_with_the_reason(tmp_path: Path, body: str, reason: str, advice: str) -> None:
    assert (reason, advice) in why(tmp_path, body)
    assert reason in files_of(tmp_path, spec(body))["README.md"]


def test_cloudwatch_alone_needs_no_scraping(tmp_path: Path) -> None:
    body = "runtimes:\n  - {preset: sagemaker-endpoint, endpoint: e}\n"
    assert jobs(tmp_path, body) == {}
    assert why(tmp_path, body) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{targets: ['h:1'], port: 8000}", "`targets` are whole addresses"),
        ("{port: 70000}", '"70000" is not a port'),
        ("{path: metrics}", '"metrics" is not the path of a page'),
        ("{targets: ['http://h:1']}", '"http://h:1" is not host:port'),
        ("{pods: {app: 'a b'}}", '"a b" cannot be the value of a Kubernetes label'),
        ("{namespace: ML_prod}", '"ML_prod" cannot be a Kubernetes namespace'),
        ("{prot: 8000}", "unknown key `prot`"),
    ],
)
def test_what_collect_refuses(tmp_path: Path, entry: str, message: str) -> None:
    found = built(tmp_path, spec(f"runtimes:\n  - {{preset: vllm, selector: {{job: x}}, collect: {entry}}}\n"))
    assert [finding.message for finding in found.findings] == [message]


def test_a_pack_without_a_page_has_its_metrics_from_those_that_others_know(tmp_path: Path) -> None:
    prices = "{preset: cost, namespace: ml, deployment: fraud, usd_per_gpu_hour: 1, usd_per_day: 9}"
    found = jobs(tmp_path, f"infrastructure:\n  - {prices}\n  - {{preset: dcgm}}\n")
    assert sorted(found) == ["dcgm-exporter", "kube-state-metrics"]
    assert found["kube-state-metrics"].keep == ("kube_pod_container_resource_requests",)
    assert why(tmp_path, f"infrastructure:\n  - {prices}\n") == []


def test_what_is_written_by_hand_is_kept_as_well(tmp_path: Path) -> None:
    own = "{expr: 'max(kube_job_failed{job=\"a\"}) > 0', severity: page, layer: application, summary: Failed.}"
    found = jobs(tmp_path, f"{CLUSTER}alerts:\n  Own: {own}\n")
    assert "kube_job_failed" in found["kube-state-metrics"].keep
    assert "kube_job_failed" not in found["cadvisor"].keep
