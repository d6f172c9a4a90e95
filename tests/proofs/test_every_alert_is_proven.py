"""Every alert of every pack and of every spec has a proof, with all five steps, and every proof holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mlmon.packs.load import library
from mlmon.plan.conditions import BudgetSpent, BurnRate, Compare, NoData, Written
from mlmon.plan.model import Alert, Plan
from mlmon.proving.fleet import prove_plan
from mlmon.targets import prometheus
from mlmon.targets.proofs import unproven
from mlmon.targets.proofs.numbers import numbers
from mlmon.targets.proofs.proof import Proof, Step
from tests.support.fleet import fleet
from tests.support.presets import Variant, everything, plan_of_spec, variants
from tests.support.proving import proofs_by_alert, steps, watched

PLANS = ["the example fleet", *(str(item) for item in variants())]


WITHOUT_SHORT = {
    "time_to_zero": "what is left falls all the time, so that healthy is the last moment before the threshold",
    "slowdown": "runs that take almost too long become what is usual",
}
"""Forms of a quantity that are not held just short of their threshold, and why."""


@cache
def by_name() -> dict[str, Variant]:
    return {str(item): item for item in variants()}


@cache
def plan(name: str) -> Plan:
    if name == PLANS[0]:
        return fleet()
    made = plan_of_spec(by_name()[name].spec).plan
    assert made is not None
    return made


@cache
def proofs_of(name: str) -> dict[str, list[Proof]]:
    return proofs_by_alert(plan(name))


def missing(alert: Alert, proofs: list[Proof]) -> Iterator[str]:
    """The steps that the proofs of an alert do not have, but for those that it cannot have."""
    have = steps(proofs)
    if isinstance(alert.condition, Written):
        # What is written by hand is proven by the spec's own tests.
        yield from [] if have == {Step.GIVEN} else ["the spec's own tests"]
        return
    yield from (step.value for step in (Step.HEALTHY, Step.WAITING, Step.FIRING, Step.RESOLVED) if step not in have)
    if not have & {Step.SHORT, Step.GUARDED} and not without_short(alert):
        yield Step.SHORT.value
    if not have & {Step.TEXTS, Step.LABELS}:
        yield Step.TEXTS.value


def without_short(alert: Alert) -> bool:
    """Tell whether nothing lies between health and the threshold: no restart, one version, no failed run."""
    item = alert.condition
    if not isinstance(item, Compare):
        return False
    return item.quantity.form in WITHOUT_SHORT or numbers(item).short == numbers(item).well


@pytest.mark.parametrize("name", PLANS)
def test_every_alert_has_a_proof_with_all_its_steps(name: str) -> None:
    assert unproven(plan(name)) == []
    proofs = proofs_of(name)
    lacking = {alert.id: list(missing(alert, proofs.get(alert.id, []))) for alert in watched(plan(name))}
    assert {key: found for key, found in lacking.items() if found} == {}


def test_alerts_without_a_step_just_short_are_those_that_wait_for_the_first_event() -> None:
    """The list is short, and every one of them is silent at its threshold, which is the healthiest value."""
    thresholds = {
        alert.condition.threshold
        for name in PLANS
        for alert in watched(plan(name))
        if isinstance(alert.condition, Compare)
        and alert.condition.quantity.form not in WITHOUT_SHORT
        and Step.SHORT not in steps(proofs_of(name)[alert.id])
    }
    assert thresholds <= {0, 1}


def test_annotations_are_compared_but_where_history_or_another_alert_of_that_name_makes_them_uncertain() -> None:
    proofs = proofs_of(PLANS[0])
    labels_only = {
        alert.name
        for alert in watched(fleet())
        if Step.TEXTS not in steps(proofs[alert.id])
        and not isinstance(alert.condition, BurnRate | BudgetSpent | NoData | Written)
    }
    assert len(labels_only) < len({alert.name for alert in watched(fleet())}) / 5


def test_every_severity_of_every_pack_is_among_them() -> None:
    known = {(alert.name, alert.severity) for name in PLANS for alert in watched(plan(name))}
    clouds = {
        (entry.name, severity)
        for loaded in library().packs.values()
        for entry in loaded.pack.alerts
        for severity in entry.severities
    } - known
    # What only CloudWatch can see has cases of its own (tests/cloudwatch).
    assert {name for name, _ in clouds} <= only_in_cloudwatch()


def only_in_cloudwatch() -> set[str]:
    return {alert.name for name in PLANS for alert in plan(name).alerts if alert.id not in proofs_of(name)}


def test_every_proof_of_every_other_preset_holds(require_tool: Callable[[str], str]) -> None:
    """Those of the example fleet are run by `mlmon generate`, which does not write what does not hold."""
    require_tool("promtool")
    made = plan_of_spec(everything()).plan
    assert made is not None
    (service,) = made.services
    known = {component.preset for one in fleet().services for component in one.components}
    other = {component.name for component in service.components if component.preset not in known}
    rest = replace(service, alerts=tuple(alert for alert in service.alerts if alert.component in other))
    made = replace(made, services=(rest,))
    results = prove_plan(Path(), made, prometheus.render(made))
    failed = {f"{one.proof.alert.id}: {item.step} at {item.time}" for one in results for item in one.failures}
    assert failed == set()
    assert all(one.passed for one in results)
    assert len({one.proof.alert.id for one in results}) > 120


def test_a_threshold_that_no_input_can_reach_is_reported_as_unproven() -> None:
    """Beyond the top bucket there is no distribution with such a quantile."""
    alert = next(one for one in watched(plan("prometheus-client-ml_inference-short")) if one.name == "HighLatencyP99")
    assert isinstance(alert.condition, Compare)
    made = plan("prometheus-client-ml_inference-short")
    far = replace(alert, condition=replace(alert.condition, threshold=alert.condition.threshold * 1000))
    service = replace(made.services[0], alerts=(far,), slos=())
    found = unproven(replace(made, services=(service,)))
    assert [one.alert.name for one in found] == ["HighLatencyP99"]
    assert "is not below the top bucket" in found[0].reason
