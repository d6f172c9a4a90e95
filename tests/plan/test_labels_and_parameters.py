"""What a component's parameters do to its series: renamed labels, defaults from other parameters, optional signals."""

from pathlib import Path

from mlmon.plan.model import Component
from mlmon.plan.signals import PrometheusBinding
from tests.support.compiled import HEAD, plan_of


def component(folder: Path, entry: str) -> Component:
    return plan_of(folder, f"{HEAD}infrastructure:\n  - {entry}\n").services[0].components[0]


def binding(found: Component, name: str) -> PrometheusBinding:
    signal = found.signal(name)
    assert signal is not None
    assert signal.prometheus is not None
    return signal.prometheus


def matchers(found: Component, name: str) -> dict[str, str]:
    return {item.label: item.value for item in binding(found, name).series[0].matchers}


def test_a_choice_renames_the_labels_of_matchers_and_groups(tmp_path: Path) -> None:
    found = component(tmp_path, "{preset: dcgm, namespace: ml, host_label: hostname}")
    assert matchers(found, "gpu_temperature") == {"exported_namespace": "ml"}
    assert binding(found, "gpu_temperature").label("pod") == "exported_pod"
    assert binding(found, "gpu_temperature").label("host") == "hostname"


def test_the_other_choice_leaves_them_alone(tmp_path: Path) -> None:
    found = component(tmp_path, "{preset: dcgm, namespace: ml, workload_labels: plain}")
    assert matchers(found, "gpu_temperature") == {"namespace": "ml"}
    assert binding(found, "gpu_temperature").label("pod") == "pod"
    assert binding(found, "gpu_temperature").label("host") == "Hostname"


def test_a_default_may_name_another_parameter(tmp_path: Path) -> None:
    usual = component(tmp_path, "{preset: kubernetes, namespace: ml, deployment: fraud}")
    assert matchers(usual, "autoscaler_max")["horizontalpodautoscaler"] == "fraud"
    own = component(tmp_path, "{preset: kubernetes, namespace: ml, deployment: fraud, autoscaler: keda-hpa-fraud}")
    assert matchers(own, "autoscaler_max")["horizontalpodautoscaler"] == "keda-hpa-fraud"


def test_a_signal_that_needs_a_parameter_is_left_out_without_it(tmp_path: Path) -> None:
    assert component(tmp_path, "{preset: kubernetes, namespace: ml, deployment: fraud}").signal("volume_size") is None
    watched = component(tmp_path, "{preset: kubernetes, namespace: ml, deployment: fraud, volume: models}")
    assert matchers(watched, "volume_size")["persistentvolumeclaim"] == "models"


def test_without_a_deployment_every_gpu_of_the_selector_is_watched(tmp_path: Path) -> None:
    assert matchers(component(tmp_path, "{preset: dcgm, selector: {job: dcgm}}"), "xid") == {"job": "dcgm"}
