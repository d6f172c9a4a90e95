"""What jobs hand over, worker processes that share a page, and services with names of their own."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from mlmon.targets.instrumentation import render
from tests.instrumentation.modules import REGEX_SPEC, SPEC, imported, lines, text
from tests.support.compiled import PROJECT, plan_of


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return text(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def module(source: str) -> ModuleType:
    return imported(source)


@pytest.fixture
def serving(module: ModuleType) -> Any:
    return module.Serving(version="v1", registry=CollectorRegistry())


def value(serving: Any, name: str, **labels: str) -> float | None:
    found: float | None = serving.registry.get_sample_value(name, labels)
    return found


def test_a_run_that_succeeds_and_one_that_fails(module: ModuleType) -> None:
    job = module.Job()
    done = "batch_job_last_success_timestamp_seconds"
    with pytest.raises(OSError, match="disk"), job.run():
        raise OSError("disk")
    assert job.registry.get_sample_value("batch_job_last_run_failed", {"job": "nightly"}) == 1
    assert job.registry.get_sample_value(done, {"job": "nightly"}) is None
    with job.run():
        job.set_records_scored(51_200)
    assert job.registry.get_sample_value("batch_job_last_run_failed", {"job": "nightly"}) == 0
    assert job.registry.get_sample_value(done, {"job": "nightly"}) > 1.7e9
    assert job.registry.get_sample_value("batch_job_records_succeeded", {"job": "nightly"}) == 51_200


class _Gateway(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen = (self.path, body)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_results_are_pushed_for_one_model(module: ModuleType) -> None:
    quality = module.Quality(version="v1")
    quality.set_feature_drift(0.3, feature="amount")
    quality.set_class_share(0.02, class_="fraud")
    with HTTPServer(("127.0.0.1", 0), _Gateway) as gateway:
        thread = threading.Thread(target=gateway.handle_request)
        thread.start()
        quality.push(f"127.0.0.1:{gateway.server_port}")
        thread.join()
        path, body = gateway.seen  # type: ignore[attr-defined]
    assert path == "/metrics/job/model-quality/model_name/fraud_detector"
    assert 'feature_drift_score{feature_name="amount",model_name="fraud_detector"} 0.3\n' in body
    assert 'prediction_class_ratio{class_label="fraud",model_name="fraud_detector"} 0.02\n' in body
    assert "model_accuracy{" not in body


def test_results_in_a_file(module: ModuleType, tmp_path: Path) -> None:
    job = module.Job()
    job.set_run_duration(12.5)
    job.write(str(tmp_path / "nightly.prom"))
    assert 'batch_job_last_duration_seconds{job="nightly"} 12.5\n' in (tmp_path / "nightly.prom").read_text()


def test_multiprocess_mode(source: str, tmp_path: Path) -> None:
    """Two worker processes count into one page, as under gunicorn."""
    (tmp_path / "fraud.py").write_text(source, encoding="utf-8")
    (tmp_path / "values").mkdir()
    worker = (
        "from fraud import Serving\n"
        "m = Serving(version='v1')\n"
        "m.set_model_created(1000)\n"
        "m.set_queue_depth(2)\n"
        "m.measure(lambda: None)()\n"
        "m.use_version('v2')\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "values")}
    for _ in range(2):
        subprocess.run([sys.executable, "-W", "error", "-c", worker], cwd=tmp_path, env=environment, check=True)
    page = subprocess.run(
        [sys.executable, "-c", _PAGE], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    ).stdout
    assert 'ml_inference_requests_total{model_version="v1",status="success"} 2.0\n' in page
    assert 'model_created_timestamp_seconds{model_version="v1"} 1000.0\n' in page
    assert "pid=" not in page


_PAGE = """\
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def test_names_of_a_services_own(tmp_path: Path) -> None:
    """Regular expressions, labels that only the caller knows, another unit, a label of the metric in the selector."""
    source = text(tmp_path, REGEX_SPEC)
    serving = imported(source).Serving(version="v1", registry=CollectorRegistry())
    with serving.inference(tenant="eu") as call:
        call.fail()
    with serving.inference(tenant="eu") as call:
        call.reject()
    with serving.inference(tenant="us"):
        pass
    shared = {"handler": "/predict", "model_name": "cards", "model_version": "v1"}
    found = [
        value(serving, "http_requests_total", **shared, tenant=tenant, status=status, code=code)
        for tenant, status, code in (("eu", "error", "500"), ("eu", "rejected", "400"), ("us", "success", "200"))
    ]
    assert found == [1, 1, 1]
    assert value(serving, "request_ms_bucket", le="2000.0", model_name="cards", model_version="v1") == 2
    assert value(serving, "ml_queue_depth", model_name="cards") is None
    assert "fallbacks, as no value is known that its matcher on kind selects" in " ".join(source.split())
    assert "The scrape has to attach the labels job `fraud`." in source


def test_a_service_may_do_without(tmp_path: Path) -> None:
    project = PROJECT.replace("outputs:\n", "outputs:\n  instrumentation: false\n")
    assert render(plan_of(tmp_path, SPEC, project=project)) == {}


def test_label_values_have_an_end(serving: Any) -> None:
    for number in range(1100):
        serving.count_imputed_features(feature=f"f{number}")
    found = [line for line in lines(serving.registry) if line.startswith("ml_imputed_features_total")]
    assert len(found) == 1001
    assert value(serving, "ml_imputed_features_total", feature_name="other") == 100


def test_buckets_hold_every_number_that_rules_compare_with(serving: Any) -> None:
    with serving.inference():
        pass
    prefix = 'ml_inference_latency_seconds_bucket{le="'
    found = [line[len(prefix) :].split('"')[0] for line in lines(serving.registry) if line.startswith(prefix)]
    # 0.25 and 2.0 are thresholds of alerts, 0.5 is the SLO's; the others are the pack's.
    assert found == ["0.001", "0.01", "0.05", "0.1", "0.25", "0.5", "1.0", "2.0", "5.0", "+Inf"]
