"""Scrape configurations: promtool accepts them, and a real Prometheus gives targets the labels that rules select on."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlmon.plan.model import Plan
from mlmon.targets.collection.relabel import literal
from mlmon.targets.collection.scrape import configs
from mlmon.tools.executables import Name, Tool
from mlmon.tools.promtool import check_config
from mlmon.tools.staged import Staged
from mlmon.tools.work import Work
from tests.support import servers
from tests.support.collected import EVERYTHING, collected, files_of, spec

PAGE = """\
ml_inference_requests_total{status="success",model_version="1"} 5
ml_inference_requests_total{status="success",model_version="1",user_id="u-17"} 5
nv_inference_request_success{model="m"} 1
DCGM_FI_DEV_GPU_TEMP{gpu="0",Hostname="n1",namespace="ml-prod",pod="fraud-5d9c7b-abcde",container="server"} 40
node_load5 1
kube_deployment_spec_replicas{namespace="ml-prod",deployment="fraud"} 2
kube_unread_metric{namespace="ml-prod"} 1
batch_job_last_success_timestamp_seconds{job="nightly"} 1.7e9
probe_success 1
"""


class Page(BaseHTTPRequestHandler):
    """The same page for every path."""

    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


POD = {
    "namespace": "ml-prod", "pod_name": "fraud-5d9c7b-x2x2x", "pod_ip": "127.0.0.1", "pod_phase": "Running",
    "pod_container_name": "exporter", "pod_container_port_number": "9400", "pod_container_port_name": "metrics",
    "pod_node_name": "n1", "node_name": "n1", "node_label_pool": "gpu",
}  # fmt: skip
"""What service discovery would know of the one pod that is there."""


def asked(plan: Plan, port: int) -> list[dict[str, Any]]:
    """The jobs, with what Kubernetes would have found where Debian's Prometheus, which has no such discovery, sees it.

    Besides a good target there are another port of the same pod, a pod that has ended, and one on another pool's node.
    """
    assert plan.collection
    ports = {job.name: job.port for job in plan.collection.jobs if job.shared and isinstance(job.port, int)}
    made = []
    for config in configs(plan.collection, plan.outputs):
        job = dict(config)
        if job.pop("kubernetes_sd_configs", None):
            pod = POD | {"pod_container_port_number": str(ports.get(job["job_name"], port))}
            found = [pod, pod | {"pod_phase": "Failed"}]
            found += [pod | {"pod_container_port_number": "1", "pod_container_port_name": "web"}]
            found += [pod | {"node_label_pool": "cpu", "pod_node_name": "n2"}] if job["job_name"] == "node" else []
            job["static_configs"] = [
                {
                    "targets": [f"127.0.0.1:{port}"],
                    "labels": {f"__meta_kubernetes_{key}": text for key, text in item.items()},
                }
                for item in found
            ]
        made.append(job)
    return made


def test_the_configurations_are_accepted(tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    files = files_of(tmp_path, spec(EVERYTHING), more="    external_labels: {cluster: eu-1}\n")
    for name in ("scrape.yaml", "prometheus.yaml"):
        path = tmp_path / "collection" / "prometheus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[f"prometheus/{name}"], encoding="utf-8")
    work = Work.of(f"collection/{path}" for path in files)
    assert work.scraping == ("collection/prometheus/prometheus.yaml", "collection/prometheus/scrape.yaml")
    tool = Tool(Name.PROMTOOL, Path(require_tool("promtool")), "test")
    found = check_config(tool, Staged(tmp_path, "generated"), work.scraping)
    assert [finding for finding in found if finding.rule != "promtool-build"] == []


def test_the_whole_configuration_reads_the_generated_rules(tmp_path: Path) -> None:
    whole = yaml.safe_load(files_of(tmp_path, spec(EVERYTHING))["prometheus/prometheus.yaml"])
    assert whole["rule_files"] == ["../../prometheus/*.rules.yaml"]
    assert whole["global"] == {"scrape_interval": "30s", "evaluation_interval": "30s"}
    assert whole["alerting"] == {
        "alertmanagers": [{"static_configs": [{"targets": ["alertmanager-operated.monitoring.svc:9093"]}]}]
    }


def at_loopback(config: dict[str, Any], port: int) -> dict[str, Any]:
    """The kubelet's page is behind the API server, with a certificate and a token that are not here."""
    rules = [
        rule | {"replacement": f"127.0.0.1:{port}"} if rule.get("replacement", "").endswith(".svc:443") else rule
        for rule in config["relabel_configs"]
    ]
    kept = {key: value for key, value in config.items() if key not in {"authorization", "tls_config"}}
    return kept | {"relabel_configs": rules, "scheme": "http", "scrape_interval": "1s", "scrape_timeout": "1s"}


def test_prometheus_gives_targets_the_labels_that_rules_select_on(
    tmp_path: Path, require_tool: Callable[[str], str], port: int
) -> None:
    body = (
        EVERYTHING.replace("app: fraud}}", f"app: fraud}}, collect: {{port: {port}}}}}")
        .replace("collect: {pods", f"collect: {{port: {port}, pods")
        .replace("gpu-1.example.org:8000", f"127.0.0.1:{port}")
    )
    plan = collected(tmp_path, spec(body), more=f"    blackbox: 127.0.0.1:{port}\n")
    jobs = [at_loopback(job, port) for job in asked(plan, port)]
    with servers.prometheus(require_tool("prometheus"), tmp_path / "server", scraping=jobs) as server:

        def selected(expr: str) -> list[dict[str, str]]:
            return [item["metric"] for item in server.get("query", query=expr)["result"]]

        server.wait_for(lambda: bool(selected(f"count(up == 1) == {len(jobs)}")), 20)
        check_labels(selected, port)


def check_labels(selected: Callable[[str], list[dict[str, str]]], port: int) -> None:
    """Each of these is a selector as the rules have it."""
    own = {"namespace": "ml-prod", "pod": "fraud-5d9c7b-x2x2x", "node": "n1", "instance": f"127.0.0.1:{port}"}
    assert selected('up{job="servers",app="fraud"}') == [{"__name__": "up", "job": "servers", "app": "fraud", **own}]
    assert selected('up{job="bento",tier="gold"}') == [{"__name__": "up", "job": "bento", "tier": "gold", **own}]
    assert selected('up{job="vllm-hosts",site="a$1b"}') == [
        {"__name__": "up", "job": "vllm-hosts", "site": "a$1b", "instance": f"127.0.0.1:{port}"}
    ]
    assert len(selected('up{job="triton"}')) == 1
    assert len(selected('node_load5{job="node",pool="gpu"}')) == 1
    assert selected('ml_inference_requests_total{job="servers",user_id!=""}') == []
    assert len(selected('ml_inference_requests_total{job="servers",status="success"}')) == 1
    workload = 'exported_namespace="ml-prod",exported_pod=~"fraud-[a-z0-9]+-[a-z0-9]{5}",exported_container="server"'
    assert len(selected(f'DCGM_FI_DEV_GPU_TEMP{{job="dcgm-exporter",{workload}}}')) == 1
    assert selected('kube_deployment_spec_replicas{job="kube-state-metrics"}') == [
        {
            "__name__": "kube_deployment_spec_replicas", "job": "kube-state-metrics", "namespace": "ml-prod",
            "deployment": "fraud", "instance": f"127.0.0.1:{port}",
        }
    ]  # fmt: skip
    assert selected('kube_unread_metric{job="kube-state-metrics"}') == []
    assert len(selected('batch_job_last_success_timestamp_seconds{job="nightly"}')) == 1
    assert len(selected('probe_success{job="blackbox",instance="https://fraud.example.org/healthz"}')) == 1
    assert len(selected('probe_success{job="blackbox",instance="http://fraud.example.org/score?x=$1"}')) == 1
    assert selected('up{job="kubelet"}') == [{"__name__": "up", "job": "kubelet", "instance": "n1", "node": "n1"}]


@given(st.text(max_size=30))
def test_a_label_comes_out_as_the_spec_has_it(text: str) -> None:
    """Go's Expand: two dollars are one, and a dollar before a name or a brace is the text of a group."""
    groups = re.compile(r"\$(\$|\w+|\{[^}]*\})")
    assert groups.sub(lambda match: "$" if match[1] == "$" else "", literal(text)) == text
