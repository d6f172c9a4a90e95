"""Which alerts a service gets, with which thresholds, and what a spec can change about them."""

from decimal import Decimal
from pathlib import Path

from mlmon.plan.model import Alert, Plan
from tests.support.compiled import HEAD, PROJECT, RUNTIME, built, messages, plan_of


def alert(plan: Plan, name: str, severity: str) -> Alert | None:
    return next((item for item in plan.alerts if item.name == name and item.severity == severity), None)


def test_a_short_spec_has_the_golden_signals_of_its_runtime(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, HEAD + RUNTIME)
    names = {item.name for item in plan.alerts}
    assert {"HighErrorRatio", "HighLatencyP99", "ServiceDown", "ServiceAbsent", "TrafficLow"} <= names


def test_alerts_of_signals_that_a_service_lacks_are_left_out(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, HEAD + RUNTIME)
    assert not any(signal.component == "dcgm" for item in plan.alerts for signal in item.condition.signals)


def test_spec_beats_tier_beats_pack(tmp_path: Path) -> None:
    project = PROJECT.replace(
        "standard: {description: Everything.}",
        "standard: {description: Everything., thresholds: {error_ratio: {page: 3%, ticket: 2%}}}",
    )
    spec = HEAD + RUNTIME + "thresholds:\n  error_ratio: {ticket: 0.5%}\n"
    plan = plan_of(tmp_path, spec, project=project)
    page, ticket = alert(plan, "HighErrorRatio", "page"), alert(plan, "HighErrorRatio", "ticket")
    latency = alert(plan, "HighLatencyP99", "page")
    assert page is not None
    assert page.threshold == Decimal("0.03")
    assert ticket is not None
    assert ticket.threshold == Decimal("0.005")
    assert latency is not None
    assert latency.threshold == 1


def test_every_node_knows_the_line_it_comes_from(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, HEAD + RUNTIME + "thresholds:\n  error_ratio: {ticket: 0.5%}\n")
    ticket = alert(plan, "HighErrorRatio", "ticket")
    assert ticket is not None
    assert str(ticket.origin) == "specs/s0.yaml:8:25"
    assert ticket.source == "application/HighErrorRatio"


def test_off_removes_one_severity_and_disabled_removes_the_alert(tmp_path: Path) -> None:
    spec = HEAD + RUNTIME + "thresholds:\n  error_ratio: {page: off}\n"
    spec += "alerts:\n  TrafficLow: {disabled: true, reason: Batch traffic only.}\n  ServiceDown: {for: 10m}\n"
    plan = plan_of(tmp_path, spec)
    assert alert(plan, "HighErrorRatio", "page") is None
    assert alert(plan, "HighErrorRatio", "ticket") is not None
    assert not any(item.name == "TrafficLow" for item in plan.alerts)
    down = alert(plan, "ServiceDown", "page")
    assert down is not None
    assert str(down.for_) == "10m"


def test_a_threshold_nobody_reads_is_reported_with_the_reason(tmp_path: Path) -> None:
    spec = HEAD + RUNTIME + "thresholds:\n  gpu_temperature: {ticket: 85}\n  eror_ratio: {page: 1%}\n"
    assert messages(built(tmp_path, spec).findings) == [
        'specs/s0.yaml:8:3: no alert of this service has a threshold "gpu_temperature": '
        "none of its components provides the signal",
        'specs/s0.yaml:9:3: no alert of this service has a threshold "eror_ratio"',
    ]


def test_an_alert_of_ones_own_is_planned_like_any_other(tmp_path: Path) -> None:
    spec = (
        HEAD
        + RUNTIME
        + "alerts:\n  Chargebacks: {expr: 'x > {{ 1 }}', severity: page, layer: model, summary: 'Up {50}'}\n"
    )
    own = next(item for item in built(tmp_path, spec).plan.alerts if item.name == "Chargebacks")  # type: ignore[union-attr]
    assert (own.severity, own.layer, str(own.for_)) == ("page", "model", "1m")
    assert own.summary == "Up {{50}}"


def test_signals_of_ones_own_override_the_preset(tmp_path: Path) -> None:
    spec = (
        HEAD
        + RUNTIME.rstrip()
        + "\n    signals:\n      latency: {prometheus: {metric: my_seconds, buckets: [0.2, 0.5, 3]}}\n"
    )
    plan = plan_of(tmp_path, spec + "slos:\n  - {name: latency, objective: 99%, threshold: 200ms}\n")
    signal = plan.services[0].slos[0].signals[0]
    assert signal.prometheus is not None
    assert signal.prometheus.series[0].metric == "my_seconds"
    assert signal.unit == "seconds"
