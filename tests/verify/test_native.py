"""Native histograms where classic ones are expected, and the other way round; only a Prometheus tells them apart."""

import pytest

from mlmon.verify.exposition import parse
from mlmon.verify.pages import Pages
from mlmon.verify.run import verify
from mlmon.verify.wish import Wish
from tests.support.compiled import HEAD
from tests.verify.test_fact_pages import service_of

CLASSIC = f"{HEAD}runtimes:\n  - {{preset: prometheus-client, selector: {{job: a}}, family: model_inference}}\n"
NATIVE = CLASSIC.replace(
    "family: model_inference", "family: model_inference, signals: {latency: {prometheus: {native: true, buckets: []}}}"
)
NAME = "model_inference_latency_seconds"
LABELS = 'job="a",model_name="m",model_version="v"'
SERIES = {
    "native": f"# TYPE {NAME} histogram\n{NAME}{{{LABELS}}} 1\n",
    "classic": f'# TYPE {NAME} histogram\n{NAME}_bucket{{{LABELS},le="1"}} 1\n{NAME}_bucket{{{LABELS},le="2.5"}} 1\n'
    f"{NAME}_sum{{{LABELS}}} 1\n{NAME}_count{{{LABELS}}} 1\n",
}
CASES = {
    ("native", NATIVE): ("present", []),
    ("classic", CLASSIC): ("present", []),
    ("native", CLASSIC): ("wrong", [f"a native histogram, not one with buckets: {NAME}"]),
    ("classic", NATIVE): ("wrong", [f"a histogram with buckets, not a native one: {NAME}"]),
}


@pytest.mark.parametrize(("kind", "spec"), CASES)
def test_kinds_of_histograms(kind: str, spec: str) -> None:
    source = Pages((parse(SERIES[kind], openmetrics=False),), scraped=True)
    verified = verify([service_of(spec)], source, "here", Wish())
    state = next(item.state.value for item in verified.signals if item.signal.name == "latency")
    told = [item.message for item in verified.findings if item.rule == "verify-native"]
    assert (state, told) == CASES[kind, spec]
