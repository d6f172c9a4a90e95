"""How packs meet a spec: parameters in scales, alerts that replace others, labels that decide, two backends at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from mlmon.plan.conditions import Both, BurnRate, on_backend
from mlmon.plan.model import ServicePlan
from mlmon.plan.texts import threshold_text, unit_of
from mlmon.units import percent
from tests.support.compiled import HEAD, RUNTIME, built, messages, plan_of

ENDPOINT = HEAD + "runtimes:\n  - preset: sagemaker-endpoint\n    endpoint: fraud-prod\n"
VLLM = HEAD + "runtimes:\n  - {preset: vllm, selector: {job: x}}\n"


def service_of(folder: Path, spec: str) -> ServicePlan:
    return plan_of(folder, spec).services[0]


def names(service: ServicePlan) -> set[str]:
    return {alert.name for alert in service.alerts}


@pytest.mark.parametrize(("vcpus", "native"), [(1, "85"), (4, "340"), (6, "510"), (96, "8160")])
def test_a_share_of_all_vcpus_becomes_the_percentage_that_cloudwatch_adds_up(
    vcpus: int, native: str, tmp_path: Path
) -> None:
    service = service_of(tmp_path, ENDPOINT + f"    instance_vcpus: {vcpus}\n")
    alert = next(alert for alert in service.alerts if alert.name == "EndpointCPUHigh")
    (signal,) = alert.condition.signals
    assert signal.cloudwatch is not None
    assert alert.threshold is not None
    assert percent(alert.threshold) == "85%"
    assert str(signal.cloudwatch.native(alert.threshold)) == native


def test_latency_thresholds_become_microseconds(tmp_path: Path) -> None:
    service = service_of(tmp_path, ENDPOINT)
    latency = next(alert for alert in service.alerts if alert.name == "HighLatencyP99" and alert.severity == "ticket")
    binding = latency.condition.signals[0].cloudwatch
    assert binding is not None
    assert binding.dimensions == (("EndpointName", "fraud-prod"), ("VariantName", "AllTraffic"))
    assert str(binding.native(Decimal("0.5"))) == "500000"


def test_utilisation_of_unknown_hardware_is_not_judged(tmp_path: Path) -> None:
    made = built(tmp_path, ENDPOINT + "thresholds:\n  cpu_utilization: {ticket: 70%}\n")
    assert made.plan is not None
    assert {"EndpointCPUHigh", "EndpointGPUIdle"}.isdisjoint(names(made.plan.services[0]))
    assert "EndpointMemoryHigh" in names(made.plan.services[0])
    assert messages(made.findings) == [
        'specs/s0.yaml:8:3: no alert of this service has a threshold "cpu_utilization": '
        "none of its components provides the signal"
    ]


@pytest.mark.parametrize("value", ["0", "-4", "many"])
def test_a_divisor_has_to_be_a_number_above_zero(value: str, tmp_path: Path) -> None:
    made = built(tmp_path, ENDPOINT + f"    instance_vcpus: {value}\n")
    assert messages(made.findings) == [f'specs/s0.yaml:7:21: "{value}" is not a number above 0']


def test_an_alert_of_the_runtime_replaces_the_general_one_of_that_name(tmp_path: Path) -> None:
    found = [alert for alert in service_of(tmp_path, VLLM).alerts if alert.name == "HighLatencyP99"]
    assert [(alert.source, alert.severity, str(alert.threshold)) for alert in found] == [
        ("vllm/HighLatencyP99", "ticket", "60")
    ]


def test_versions_are_watched_where_a_label_tells_them(tmp_path: Path) -> None:
    assert "SeveralVersionsServing" not in names(service_of(tmp_path, VLLM))
    labelled = service_of(tmp_path, VLLM + "model: {name: chat, version_label: revision}\n")
    assert "SeveralVersionsServing" in names(labelled)
    assert "Traffic by version" in {panel.title for panel in labelled.panels}


def test_a_runtime_without_a_latency_histogram_says_how_to_get_one(tmp_path: Path) -> None:
    triton = HEAD + "runtimes:\n  - {preset: triton, selector: {job: x}}\n"
    made = built(tmp_path, triton + "slos:\n  - {name: latency, objective: 99%, threshold: 500ms}\n")
    (finding,) = made.findings
    assert "no component has a latency histogram in Prometheus" in finding.message
    assert "histogram_latencies=true" in finding.advice
    service = service_of(tmp_path, triton)
    assert "HighLatencyP99" not in names(service)
    assert "Latency heatmap" not in {panel.title for panel in service.panels}


def test_a_second_component_on_another_backend_does_not_take_the_burn_rate_away(tmp_path: Path) -> None:
    both = (
        HEAD
        + RUNTIME
        + ENDPOINT.removeprefix(HEAD + "runtimes:\n")
        + "slos:\n  - {name: availability, objective: 99.9%}\n"
    )
    burns = [alert for alert in service_of(tmp_path, both).alerts if isinstance(alert.condition, BurnRate)]
    assert burns
    assert all(on_backend(alert.condition, "prometheus") for alert in burns)


def test_a_signal_of_another_component_is_taken_from_a_backend_that_both_have(tmp_path: Path) -> None:
    spec = ENDPOINT + "    instance_gpus: 1\n  - {preset: vllm, selector: {job: x}}\n"
    spec += "  - {preset: triton, selector: {job: y}}\n"
    service = service_of(tmp_path, spec)
    found = {alert.component: alert.condition for alert in service.alerts if alert.name == "BatchingMisconfigured"}
    assert set(found) == {"sagemaker-endpoint", "triton", "vllm"}
    assert [signal.component for signal in found["vllm"].signals] == ["vllm", "triton"]


def test_conditions_that_hold_together_show_the_first_one(tmp_path: Path) -> None:
    service = service_of(tmp_path, ENDPOINT)
    alert = next(alert for alert in service.alerts if alert.name == "HighOverheadLatency")
    assert isinstance(alert.condition, Both)
    assert (threshold_text(alert), unit_of(alert.condition)) == ("100ms", "seconds")
