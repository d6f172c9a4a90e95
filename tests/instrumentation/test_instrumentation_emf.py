"""Lines in the Embedded Metric Format: as AWS specifies them, with the values that were told, read by generated alarms.

Specification: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import io
import json
import math
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlmon.targets import cloudwatch
from mlmon.targets.instrumentation import refusals, render
from tests.instrumentation.modules import EMF_SPEC, SPEC, imported
from tests.support.compiled import HEAD, PROJECT, plan_of

UNITS = {
    "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
    "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
    "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second",
    "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
}  # fmt: skip
"""Units of a MetricDatum: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return imported(render(plan_of(tmp_path_factory.mktemp("plan"), EMF_SPEC))["instrumentation/fraud_emf.py"])


def parsed(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines of a stream, each of which must be a document that the specification allows."""
    found = [json.loads(line, parse_constant=pytest.fail) for line in stream.getvalue().splitlines()]
    for document in found:
        check(document)
    return found


def check(document: dict[str, Any]) -> None:
    """Hold a document against the specification: members, their types, and how many there may be."""
    meta = document["_aws"]
    assert set(meta) == {"Timestamp", "CloudWatchMetrics"}
    assert isinstance(meta["Timestamp"], int)
    assert abs(meta["Timestamp"] / 1000 - time.time()) < 3600
    assert len(json.dumps(document)) < 256 * 1024
    for directive in meta["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert 1 <= len(directive["Namespace"]) <= 1024
        for dimensions in directive["Dimensions"]:
            assert len(dimensions) <= 30
            for key in dimensions:
                assert isinstance(document[key], str)
                assert 1 <= len(document[key]) <= 1024
        assert 1 <= len(directive["Metrics"]) <= 100
        for metric in directive["Metrics"]:
            assert set(metric) == {"Name", "Unit"}
            assert metric["Unit"] in UNITS
            values = document[metric["Name"]]
            values = values if isinstance(values, list) else [values]
            assert 1 <= len(values) <= 100
            assert all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def test_one_line_holds_what_happened(module: ModuleType) -> None:
    stream = io.StringIO()
    serving = module.Serving(stream=stream, rejects=(KeyError,))

    @serving.measure
    def answer(error: Exception | None = None) -> None:
        time.sleep(0.002)
        if error:
            raise error

    answer()
    for error in (ValueError(), KeyError()):
        with pytest.raises(type(error)):
            answer(error)
    with serving.inference() as call:
        serving.observe_confidence(0.9)
        call.fallback("cache")
    assert stream.getvalue() == ""
    serving.flush()
    (line,) = parsed(stream)
    assert line["Service"] == "fraud"
    counts = {name: line[name] for name in ("Requests", "Errors", "RejectedRequests", "FallbackResponses")}
    assert counts == {"Requests": 4, "Errors": 1, "RejectedRequests": 1, "FallbackResponses": 1}
    assert line["Confidence"] == [0.9]
    assert len(line["Latency"]) == 3
    assert 2 <= min(line["Latency"][:2]) < 1000
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Fraud/Serving"
    assert directive["Dimensions"] == [["Service"]]
    assert {"Name": "Latency", "Unit": "Milliseconds"} in directive["Metrics"]


def test_no_array_is_longer_than_the_format_allows(module: ModuleType) -> None:
    stream = io.StringIO()
    serving = module.Serving(stream=stream)
    for _ in range(250):
        with serving.inference():
            pass
    serving.flush()
    lines = parsed(stream)
    assert [len(line["Latency"]) for line in lines] == [100, 100, 50]
    assert sum(line["Requests"] for line in lines) == 250


def test_each_set_of_dimensions_has_its_own_line(module: ModuleType) -> None:
    stream = io.StringIO()
    serving = module.Serving(stream=stream)
    serving.set_queue_depth(7)
    serving.observe_confidence(0.5)
    serving.flush()
    lines = parsed(stream)
    assert sorted(line.get("Pool", "") for line in lines) == ["", 'a"b']
    assert [line["QueueDepth"] for line in lines if "Pool" in line] == [[7]]


def test_what_is_no_number_is_left_out(module: ModuleType) -> None:
    stream = io.StringIO()
    quality = module.Quality(stream=stream)
    for value in (float("nan"), float("inf"), 0.97):
        quality.set_accuracy(value)
    quality.flush()
    assert [line["Accuracy"] for line in parsed(stream)] == [[0.97]]
    quality.flush()
    assert len(parsed(stream)) == 1


def test_lines_come_by_themselves(module: ModuleType) -> None:
    stream = io.StringIO()
    quality = module.Quality(stream=stream, interval=0.05)
    quality.set_accuracy(0.9)
    deadline = time.monotonic() + 5
    while not stream.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(parsed(stream)) == 1


def test_threads_lose_nothing_and_share_no_line(module: ModuleType) -> None:
    stream = io.StringIO()
    serving = module.Serving(stream=stream)

    def work() -> None:
        for _ in range(500):
            with serving.inference():
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    serving.flush()
    lines = parsed(stream)
    assert sum(line["Requests"] for line in lines) == 2000
    assert sum(len(line.get("Latency", [])) for line in lines) == 2000


def test_what_is_left_is_written_at_exit_with_nothing_but_the_standard_library(tmp_path: Path) -> None:
    source = render(plan_of(tmp_path, EMF_SPEC))["instrumentation/fraud_emf.py"]
    (tmp_path / "fraud_emf.py").write_text(source, encoding="utf-8")
    script = "from fraud_emf import Serving\nserving = Serving()\nserving.measure(print)('hello')\n"
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.')\n{script}"]
    said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert said.startswith("hello\n")
    document = json.loads(said.splitlines()[1])
    check(document)
    assert document["Requests"] == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(), max_size=300))
def test_any_numbers_give_lines_of_the_format(module: ModuleType, numbers: list[float]) -> None:
    stream = io.StringIO()
    serving = module.Serving(stream=stream)
    for number in numbers:
        serving.observe_confidence(number)
    serving.flush()
    kept = [value for line in parsed(stream) for value in line["Confidence"]]
    assert kept == [number for number in numbers if math.isfinite(number)]


def test_alarms_read_what_the_module_writes(tmp_path: Path, module: ModuleType) -> None:
    project = PROJECT + "  cloudwatch: {region: eu-central-1}\n"
    terraform = cloudwatch.render(plan_of(tmp_path, EMF_SPEC, project=project))["cloudwatch/fraud.tf"]
    read = {line.split('"')[1] for line in terraform.splitlines() if line.strip().startswith("metric_name")}
    assert {"Requests", "Errors", "Latency", "Confidence"} <= read
    written = {name for one in (module.Serving, module.Quality) for item in one._directives for name in item["Units"]}
    assert read <= written
    assert 'namespace   = "Fraud/Serving"' in terraform


def test_only_where_cloudwatch_reads_metrics_of_ones_own(tmp_path: Path) -> None:
    runtime = "runtimes:\n  - {preset: sagemaker-endpoint, endpoint: fraud}\n"
    assert list(render(plan_of(tmp_path, SPEC))) == ["instrumentation/fraud.py"]
    assert render(plan_of(tmp_path, HEAD + runtime)) == {}


def test_limits_of_the_format_are_refused(tmp_path: Path) -> None:
    def spec(dimensions: str, metric: str = "Depth") -> str:
        what = f"namespace: Own, metric: {metric}, dimensions: {dimensions}"
        own = f"{{{what}, unit: None, statistic: Average, idle: silent}}"
        runtime = "preset: prometheus-client\n    selector: {job: x}\n"
        return f"{HEAD}runtimes:\n  - {runtime}    signals: {{queue_depth: {{cloudwatch: {own}}}}}\n"

    many = "{" + ", ".join(f"d{number}: x" for number in range(31)) + "}"
    prefix = "fraud: the metrics of prometheus-client in Own have"
    assert refusals(plan_of(tmp_path, spec(many))) == [f"{prefix} 31 dimensions; one line can have 30"]
    long = f'{{a: "{"x" * 1025}"}}'
    assert refusals(plan_of(tmp_path, spec(long))) == [f"{prefix} a dimension of no or more than 1024 characters"]
    assert refusals(plan_of(tmp_path, spec("{a: x}", "a"))) == [f"{prefix} a dimension and a metric of one name"]
    assert refusals(plan_of(tmp_path, spec("{a: x}"))) == []


def test_a_metric_may_be_called_like_a_dimension_of_another_line(tmp_path: Path) -> None:
    own = "namespace: Own, unit: None, statistic: Average, idle: silent"
    signals = [
        f"{name}: {{cloudwatch: {{{own}, metric: {metric}, dimensions: {{{key}: x}}}}}}"
        for name, metric, key in (("queue_depth", "Depth", "Pool"), ("cache_hit_ratio", "Pool", "Zone"))
    ]
    runtime = f"preset: prometheus-client, selector: {{job: x}}, signals: {{{', '.join(signals)}}}"
    plan = plan_of(tmp_path, f"{HEAD}runtimes:\n  - {{{runtime}}}\n")
    assert refusals(plan) == []
    classes = vars(imported(render(plan)["instrumentation/fraud_emf.py"]))
    assert [list(line["Units"]) for line in classes["Serving"]._directives] == [["Depth"], ["Pool"]]


def test_two_services_whose_modules_would_have_one_name(tmp_path: Path) -> None:
    other = SPEC.replace("name: fraud,", "name: fraud-emf,")
    assert refusals(plan_of(tmp_path, EMF_SPEC, other)) == [
        "the CloudWatch module of fraud and the module of fraud-emf have one name"
    ]
