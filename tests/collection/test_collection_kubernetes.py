"""Kubernetes objects: they fit their definitions, find what they are for, and have names that the API server takes."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlmon.targets.collection.kubernetes import is_name, name
from mlmon.targets.collection.packaged import render as packaged
from tests.support.collected import EVERYTHING, collected, objects_in, spec, wrapped_of

SCHEMAS = Path(__file__).parent / "schemas"
DEFINED: dict[str, Any] = {}
for _path in sorted(SCHEMAS.glob("*.json")):
    DEFINED |= json.loads(_path.read_text(encoding="utf-8"))
WHOLE = """\
alerts:
  Own: {expr: 'vector(1) > 0', keep_firing_for: 5m, severity: page, layer: application, summary: "{{ $x }} 100% 'a'"}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    other = spec(
        "runtimes:\n  - {preset: prometheus-client, selector: {job: servers, app: other}}\n" + CLUSTER, "other"
    )
    more = "    labels: {release: kube-prometheus-stack}\n"
    return wrapped_of(tmp_path_factory.mktemp("ws"), spec(EVERYTHING + WHOLE), other, more=more)


CLUSTER = "infrastructure:\n  - {preset: kubernetes, namespace: ml-prod, deployment: other}\n"


def of_kind(files: dict[str, str], kind: str) -> dict[str, dict[str, Any]]:
    return {item["metadata"]["name"]: item for item in objects_in(files) if item["kind"] == kind}


def test_every_object_fits_its_definition(files: dict[str, str]) -> None:
    wrong = [
        f"{item['kind']} {item['metadata']['name']}: {error.json_path}: {error.message}"
        for item in objects_in(files)
        for error in Draft202012Validator(DEFINED[item["kind"]]).iter_errors(item)
    ]
    assert wrong == []


def test_every_kind_is_among_them(files: dict[str, str]) -> None:
    assert {item["kind"] for item in objects_in(files)} == DEFINED.keys() - {"$comment"}


def test_the_definitions_are_strict() -> None:
    item = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"port": 1}}
    errors = [error.message for error in Draft202012Validator(DEFINED["Service"]).iter_errors(item)]
    assert errors == ["Additional properties are not allowed ('port' was unexpected)"]


def test_no_two_objects_have_one_name(files: dict[str, str]) -> None:
    seen = [(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in objects_in(files)]
    assert len(seen) == len(set(seen))


@given(st.text(max_size=120))
def test_names_are_rfc_1123_labels(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name(text))
    assert is_name(name(text))


@given(st.text(max_size=80), st.text(max_size=80))
def test_different_texts_have_different_names(one: str, other: str) -> None:
    assert (name(one) == name(other)) == (one == other or name(other) == one or name(one) == other)


def test_objects_carry_the_label_that_kube_prometheus_stack_reads(files: dict[str, str]) -> None:
    read = [item for item in objects_in(files) if item["apiVersion"].startswith("monitoring.coreos.com/")]
    assert {item["metadata"]["labels"].get("release") for item in read} == {"kube-prometheus-stack"}
    assert {item["metadata"]["namespace"] for item in read} == {"monitoring"}


def test_a_pod_monitor_labels_targets_as_the_rules_select_them(files: dict[str, str]) -> None:
    made = of_kind(files, "PodMonitor")["fraud-prometheus-client"]["spec"]
    assert made["selector"] == {"matchLabels": {"app": "fraud"}}
    assert made["namespaceSelector"] == {"matchNames": ["ml-prod"]}
    endpoint = made["podMetricsEndpoints"][0]
    assert "port" not in endpoint
    assert endpoint["relabelings"][:2] == [
        {
            "sourceLabels": ["__meta_kubernetes_pod_ip"],
            "regex": "([^:]+)",
            "targetLabel": "__address__",
            "replacement": "${1}:8000",
        },
        {
            "sourceLabels": ["__meta_kubernetes_pod_ip"],
            "regex": "(.*:.*)",
            "targetLabel": "__address__",
            "replacement": "[${1}]:8000",
        },
    ]
    assert {"regex": "container", "action": "labeldrop"} in endpoint["relabelings"]
    assert endpoint["relabelings"][-2:] == [
        {"targetLabel": "job", "replacement": "servers"},
        {"targetLabel": "app", "replacement": "fraud"},
    ]


def test_a_named_port_is_the_containers(files: dict[str, str]) -> None:
    made = of_kind(files, "PodMonitor")["fraud-triton"]["spec"]
    assert (made["podMetricsEndpoints"][0]["port"], made["podMetricsEndpoints"][0]["scheme"]) == ("metrics", "https")
    assert made["sampleLimit"] == 900


def test_exporters_are_reached_through_their_services(files: dict[str, str]) -> None:
    made = of_kind(files, "ServiceMonitor")
    assert sorted(made) == ["dcgm-exporter", "node", "pushgateway"]
    assert made["pushgateway"]["spec"]["endpoints"][0]["honorLabels"] is True
    assert made["node"]["spec"]["attachMetadata"] == {"node": True}
    service = of_kind(files, "Service")["dcgm-exporter"]
    assert made["dcgm-exporter"]["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert made["dcgm-exporter"]["spec"]["endpoints"][0]["targetPort"] == service["spec"]["ports"][0]["port"]


def test_what_kube_prometheus_collects_already_is_left_to_it(files: dict[str, str]) -> None:
    names = {title for kind in ("PodMonitor", "ServiceMonitor") for title in of_kind(files, kind)}
    assert names & {"kube-state-metrics", "cadvisor", "kubelet"} == set()


def test_addresses_are_a_scrape_config_with_the_dollar_quoted(files: dict[str, str]) -> None:
    made = of_kind(files, "ScrapeConfig")["fraud-on-hosts"]["spec"]
    assert made["staticConfigs"] == [{"targets": ["gpu-1.example.org:8000"]}]
    assert {"targetLabel": "site", "replacement": "a$$1b"} in made["relabelings"]


def test_rules_are_wrapped_as_they_are(files: dict[str, str], tmp_path: Path) -> None:
    plan = collected(tmp_path, spec(EVERYTHING + WHOLE))
    assert plan.collection
    groups = [{"name": "g", "interval": "30s", "rules": [{"alert": "A", "expr": "up", "keep_firing_for": "5m"}]}]
    rules = {
        "prometheus/fraud.rules.yaml": yaml.safe_dump({"groups": groups}),
        "prometheus/backfill/x.rules.yaml": "no",
    }
    made = packaged(plan, plan.collection, rules)
    assert sorted(made) == [
        "collection/kubernetes/google-managed-prometheus/clusterrules-fraud.yaml",
        "collection/kubernetes/operator/prometheusrule-fraud.yaml",
        "collection/mimir/fraud.yaml",
    ]
    assert yaml.safe_load(made["collection/kubernetes/operator/prometheusrule-fraud.yaml"])["spec"]["groups"] == groups
    assert yaml.safe_load(made["collection/mimir/fraud.yaml"]) == {"namespace": "fraud", "groups": groups}
    google = yaml.safe_load(made["collection/kubernetes/google-managed-prometheus/clusterrules-fraud.yaml"])
    assert google["spec"]["groups"][0]["rules"] == [{"alert": "A", "expr": "up"}]
    own = [
        rule for group in of_kind(files, "PrometheusRule")["mlmon-fraud"]["spec"]["groups"] for rule in group["rules"]
    ]
    assert {rule["keep_firing_for"] for rule in own if rule.get("alert") == "Own"} == {"5m"}


def test_the_alertmanager_secret_holds_no_secret(files: dict[str, str]) -> None:
    made = of_kind(files, "Secret")["alertmanager-test-org"]
    routing = yaml.safe_load(made["stringData"]["alertmanager.yaml"])
    assert routing["templates"] == ["/etc/alertmanager/config/*.tmpl"]
    keys = {
        key
        for receiver in routing["receivers"]
        for kind in receiver.values()
        if isinstance(kind, list)
        for one in kind
        for key in one
    }
    assert {key for key in keys if "key" in key or "url" in key or "password" in key} >= {
        "api_url_file",
        "routing_key_file",
    }
    assert "mlmon.tmpl" in made["stringData"]


def test_one_pod_monitoring_serves_the_services_of_one_job(files: dict[str, str]) -> None:
    made = of_kind(files, "PodMonitoring")
    assert sorted(made) == ["bento", "servers"]
    assert made["servers"]["metadata"]["namespace"] == "ml-prod"
    assert made["servers"]["spec"]["selector"] == {
        "matchExpressions": [{"key": "app", "operator": "In", "values": ["fraud", "other"]}]
    }
    assert made["servers"]["spec"]["targetLabels"]["fromPod"] == [{"from": "app", "to": "app"}]
    assert made["bento"]["spec"]["targetLabels"]["fromPod"] == [{"from": "tier", "to": "tier"}]


def test_labels_of_objects_are_respected_where_they_go_first(files: dict[str, str]) -> None:
    made = of_kind(files, "ClusterPodMonitoring")
    assert made["kube-state-metrics"]["spec"]["targetLabels"] == {"metadata": []}
    assert made["dcgm-exporter"]["spec"]["targetLabels"] == {"metadata": ["pod", "container", "node"]}


def test_what_google_cannot_collect_is_told(files: dict[str, str]) -> None:
    told = files["README.md"].partition("## Not collected by Google Cloud")[2]
    assert re.findall(r"^\| [^|]+ \| ([^|]+) \|", told, re.MULTILINE)[1:] == [
        "---", "cadvisor", "fraud-on-hosts", "fraud-triton", "kubelet", "node", "health", "score",
    ][1:]  # fmt: skip


def test_the_gpu_exporter_shows_exactly_what_the_plan_reads(files: dict[str, str], tmp_path: Path) -> None:
    text = of_kind(files, "ConfigMap")["dcgm-exporter-counters"]["data"]["counters.csv"]
    rows = [[field.strip() for field in row] for row in csv.reader(text.splitlines()) if not row[0].startswith("#")]
    assert {len(row) for row in rows} == {3}
    shown = {row[0]: row[1] for row in rows}
    plan = collected(tmp_path, spec(EVERYTHING))
    read = {
        series.metric
        for component in plan.services[0].components
        for signal in component.signals
        if component.preset == "dcgm" and signal.prometheus
        for series in signal.prometheus.series
    }
    assert shown.keys() == read
    assert shown["DCGM_FI_DEV_XID_ERRORS"] == "gauge"
    assert shown["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"] == "counter"
    assert [field for field in shown if "_PROF_" in field] == []


def test_the_gpu_exporter_runs_on_gpu_nodes_without_more_rights_than_it_needs(files: dict[str, str]) -> None:
    pod = of_kind(files, "DaemonSet")["dcgm-exporter"]["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert pod["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    assert pod["containers"][0]["args"] == ["-f", f"{mounts['counters']}/counters.csv"]
