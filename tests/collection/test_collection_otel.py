"""The collector's configuration: what goes where, and dollars that stay dollars."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.support.collected import EVERYTHING, files_of, spec

TRACES = "    traces: {exporters: [googlecloud, awsxray], sampling: 2.5%, slow: 800ms}\n"


def configuration(folder: Path, body: str, more: str = "") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files_of(folder, spec(body), more=more)["otel/collector.yaml"])
    return found


def test_every_part_of_a_pipeline_is_defined_and_used(tmp_path: Path) -> None:
    made = configuration(tmp_path, EVERYTHING, TRACES)
    pipelines = made["service"]["pipelines"]
    assert sorted(pipelines) == ["metrics", "traces"]
    for section in ("receivers", "processors", "exporters"):
        assert {part for pipeline in pipelines.values() for part in pipeline[section]} == made[section].keys()
    assert made["service"]["extensions"] == list(made["extensions"])


def test_memory_is_limited_first_and_batches_are_made_last(tmp_path: Path) -> None:
    for pipeline in configuration(tmp_path, EVERYTHING, TRACES)["service"]["pipelines"].values():
        assert (pipeline["processors"][0], pipeline["processors"][-1]) == ("memory_limiter", "batch")


def test_failed_and_slow_traces_are_kept_and_a_share_of_the_rest(tmp_path: Path) -> None:
    policies = configuration(tmp_path, EVERYTHING, TRACES)["processors"]["tail_sampling"]["policies"]
    assert policies == [
        {"name": "failed", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}},
        {"name": "slow", "type": "latency", "latency": {"threshold_ms": 800}},
        {"name": "share", "type": "probabilistic", "probabilistic": {"sampling_percentage": 2.5}},
    ]


def test_traces_alone(tmp_path: Path) -> None:
    made = configuration(tmp_path, "runtimes:\n  - {preset: sagemaker-endpoint, endpoint: e}\n", TRACES)
    assert sorted(made["receivers"]) == ["otlp"]
    assert sorted(made["exporters"]) == ["awsxray", "googlecloud"]


def test_the_collector_reads_what_prometheus_would(tmp_path: Path) -> None:
    files = files_of(tmp_path, spec(EVERYTHING))
    jobs = yaml.safe_load(files["otel/collector.yaml"])["receivers"]["prometheus"]["config"]["scrape_configs"]
    assert sorted(job["job_name"] for job in jobs) == [
        "fraud-bentoml", "fraud-on-hosts", "fraud-prometheus-client", "fraud-triton",
    ]  # fmt: skip
    assert {"target_label": "site", "replacement": "a$$$$1b"} in jobs[1]["relabel_configs"]
    plain = {job["job_name"]: job for job in yaml.safe_load(files["prometheus/scrape.yaml"])["scrape_configs"]}
    for job in jobs:
        assert expanded(job) == plain[job["job_name"]]


def expanded(value: Any) -> Any:
    """What the collector makes of a text: two dollars are one, and a single one would begin a variable."""
    if isinstance(value, str):
        assert not re.search(r"(?<!\$)\$(\$\$)*(?!\$)", value)
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [expanded(item) for item in value]
    return {key: expanded(item) for key, item in value.items()} if isinstance(value, dict) else value
