"""Projects that ask for collection, and what is generated for them."""

from pathlib import Path
from typing import Any

import yaml

from mlmon.plan.collection import Collection
from mlmon.plan.model import Plan
from mlmon.targets import alertmanager, collection, prometheus
from tests.support.compiled import HEAD, PROJECT, plan_of

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ALL = "[scrape-configs, operator, google-managed-prometheus, dcgm-exporter, blackbox, otel-collector, mimir]"
EVERYTHING = """\
runtimes:
  - {preset: prometheus-client, selector: {job: servers, app: fraud}}
  - preset: vllm
    name: on-hosts
    selector: {job: vllm-hosts, site: "a$1b"}
    collect: {targets: ["gpu-1.example.org:8000"]}
  - {preset: triton, selector: {job: triton}, collect: {port: metrics, scheme: https, sample_limit: 900}}
  - preset: bentoml
    selector: {job: bento, tier: gold}
    collect: {pods: {app.kubernetes.io/name: bento}, namespace: bentos}
infrastructure:
  - {preset: kubernetes, namespace: ml-prod, deployment: fraud, volume: models}
  - {preset: node, selector: {job: node, pool: gpu}}
  - {preset: dcgm, namespace: ml-prod, deployment: fraud}
pipelines:
  - {preset: batch-job, job: nightly}
probes:
  - {name: health, url: "https://fraud.example.org/healthz"}
  - name: score
    url: "http://fraud.example.org/score?x=$1"
    method: POST
    body: '{"amount": 1}'
    status: [202, 200]
    contains: "score ($)"
"""
"""Every way of finding targets that there is."""


def project(forms: str = ALL, more: str = "") -> str:
    """A project file with `outputs.collection`."""
    images = "{dcgm: mirror.example.org/dcgm-exporter:4.5.3}"
    return f"{PROJECT}  collection:\n    forms: {forms}\n    images: {images}\n{more}"


def spec(body: str, name: str = "fraud") -> str:
    return HEAD.replace("name: fraud", f"name: {name}") + body


def collected(folder: Path, *specs: str, more: str = "") -> Plan:
    """The plan of specs with everything collected."""
    return plan_of(folder, *specs, project=project(more=more))


def collection_of(folder: Path, *specs: str, more: str = "") -> Collection:
    found = collected(folder, *specs, more=more).collection
    assert found is not None
    return found


def files_of(folder: Path, *specs: str, more: str = "") -> dict[str, str]:
    """The files below `collection/`, but for rules and routing in other wrappings."""
    return _below(collection.render(collected(folder, *specs, more=more)))


def wrapped_of(folder: Path, *specs: str, more: str = "") -> dict[str, str]:
    """All files below `collection/`."""
    plan = collected(folder, *specs, more=more)
    wrapped = collection.wrap(plan, prometheus.render(plan) | alertmanager.render(plan))
    return _below(collection.render(plan) | wrapped)


def _below(files: dict[str, str]) -> dict[str, str]:
    return {path.removeprefix("collection/"): text for path, text in files.items()}


def objects_in(files: dict[str, str]) -> list[dict[str, Any]]:
    """Every Kubernetes object in the files."""
    texts = (text for path, text in sorted(files.items()) if path.startswith("kubernetes/"))
    return [item for text in texts for item in yaml.load_all(text, Loader=LOADER)]
