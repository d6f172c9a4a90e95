"""Contracts of every pack file: it loads, binds, renders, explains itself and has a runbook."""

import string
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mlmon.packs.load import library
from mlmon.plan.alerts import BACKENDS
from mlmon.plan.conditions import Both, Compare, NewCode, on_backend
from mlmon.plan.model import Alert, Component, ServicePlan
from mlmon.plan.quantities import Quantile
from mlmon.promql.quantities import Renderer
from mlmon.syntax import check
from mlmon.targets.prometheus import render
from tests.support.presets import Variant, everything, plan_of_spec, variants

VARIANTS = list(variants())
PACKS = sorted(library().packs)
FIXED_PLACEHOLDERS = {"service", "component", "threshold", "for", "value"}
OWN = {"application", *library().names("runtime")}
CAUSES_THAT_PAGE = {"EndpointGPUMemoryHigh"}  # SEV-1 in the field's guides: the next batch fails


def service_of(spec: str) -> ServicePlan:
    made = plan_of_spec(spec)
    assert made.plan is not None
    return made.plan.services[0]


def all_services() -> list[ServicePlan]:
    return [service_of(spec) for spec in (*(item.spec for item in VARIANTS), everything())]


def all_alerts() -> list[tuple[Component, Alert]]:
    return [
        (component, alert)
        for service in all_services()
        for alert in service.alerts
        for component in service.components
        if component.name == alert.component
    ]


def grouping(alert: Alert) -> set[str]:
    match alert.condition:
        case Compare(quantity):
            return set(quantity.by)
        case Both(parts):
            return {label for part in parts if isinstance(part, Compare) for label in part.quantity.by}
        case NewCode(_, by):
            return set(by)
        case _:
            return set()


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_pack_file_loads_without_findings() -> None:
    assert library().findings == ()


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_preset_makes_a_service_without_findings(variant: Variant) -> None:
    made = plan_of_spec(variant.spec)
    assert made.findings == ()
    assert made.plan is not None
    assert made.plan.services[0].components[0].signals


def test_all_presets_together_make_a_service_without_findings() -> None:
    assert plan_of_spec(everything()).findings == ()


@pytest.mark.parametrize("name", PACKS)
def test_every_alert_of_a_pack_is_built_somewhere(name: str) -> None:
    built = {alert.source for _, alert in all_alerts()}
    entries = {f"{name}/{entry.name}" for entry in library().packs[name].pack.alerts}
    assert entries <= built


@pytest.mark.parametrize("name", PACKS)
def test_every_panel_and_recording_of_a_pack_is_built_somewhere(name: str) -> None:
    pack = library().packs[name].pack
    panels = {panel.title for service in all_services() for panel in service.panels}
    records = {recording.record for service in all_services() for recording in service.recordings}
    assert {entry.title for entry in pack.panels} <= panels
    assert {f"service:mlmon_{entry.name}" for entry in pack.recordings} <= records


@pytest.mark.parametrize("name", PACKS)
def test_every_alert_has_a_runbook_text_and_every_text_an_alert(name: str) -> None:
    loaded = library().packs[name]
    assert set(loaded.runbooks) == {entry.name for entry in loaded.pack.alerts}
    assert all(len(text) > 100 for text in loaded.runbooks.values())


@pytest.mark.parametrize("name", PACKS)
def test_every_signal_belongs_to_a_backend_or_says_what_enables_it(name: str) -> None:
    pack = library().packs[name].pack
    signals = [pack.signals, *(family.signals for family in pack.families.values())]
    unbound = [
        key
        for group in signals
        for key, entry in group.items()
        if not (entry.prometheus or entry.cloudwatch or entry.enabled_by)
    ]
    assert unbound == []


@pytest.mark.parametrize("name", sorted(OWN))
def test_causes_do_not_page(name: str) -> None:
    paging = {
        entry.name
        for entry in library().packs[name].pack.alerts
        if entry.kind == "cause" and "page" in entry.severities
    }
    assert paging <= CAUSES_THAT_PAGE


def test_texts_of_alerts_name_only_labels_that_the_condition_keeps() -> None:
    wrong = {
        (alert.source, name)
        for _, alert in all_alerts()
        for name in placeholders(alert.summary) | placeholders(alert.description)
        if name not in FIXED_PLACEHOLDERS | grouping(alert)
    }
    assert wrong == set()


def test_legends_of_panels_name_only_labels_that_the_quantity_keeps() -> None:
    wrong = {
        (panel.title, name)
        for service in all_services()
        for panel in service.panels
        for series in panel.series
        for name in placeholders(series.legend)
        if name not in {*series.quantity.by, "le"}
    }
    assert wrong == set()


def test_alerts_that_compare_a_number_show_it() -> None:
    silent = {
        alert.source
        for _, alert in all_alerts()
        if isinstance(alert.condition, Compare)
        and not {"value", "threshold"} & placeholders(alert.description)
        and alert.threshold_key not in {"instances_up", "instance_up"}
        and alert.source.split("/")[0] in OWN
    }
    assert silent == set()


def test_thresholds_of_quantiles_are_bounds_of_the_histogram() -> None:
    off = set()
    for component, alert in all_alerts():
        condition = alert.condition
        if not isinstance(condition, Compare) or not isinstance(condition.quantity, Quantile):
            continue
        binding = condition.quantity.signal.prometheus
        if binding and binding.buckets and alert.source.split("/")[0] in OWN:
            bounds = {bound * binding.scale for bound in binding.buckets}
            off |= {(component.preset, alert.name)} if condition.threshold not in bounds else set()
    assert off == set()


def test_every_panel_renders_on_a_backend_that_has_it() -> None:
    for service in all_services():
        for panel in service.panels:
            for series in panel.series:
                assert any(series.quantity.on(backend) for backend in BACKENDS), panel.title
                if series.quantity.on("prometheus"):
                    expression = Renderer(service, window="$__rate_interval").quantity(series.quantity)
                    assert check(expression.replace("$__rate_interval", "5m")) is None, expression


def test_every_rendered_rule_parses_in_the_process() -> None:
    for variant in VARIANTS:
        plan = plan_of_spec(variant.spec).plan
        assert plan is not None
        for service in plan.services:
            for alert in service.alerts:
                assert any(on_backend(alert.condition, backend) for backend in BACKENDS)
        for text in render(plan).values():
            expressions = [rule["expr"] for group in _load(text)["groups"] for rule in group["rules"]]
            assert expressions
            assert [problem for expression in expressions if (problem := check(expression))] == []


def test_promtool_accepts_the_rules_of_every_preset(tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    promtool = require_tool("promtool")
    files = []
    for number, spec in enumerate([*(item.spec for item in VARIANTS), everything()]):
        plan = plan_of_spec(spec).plan
        assert plan is not None
        for text in render(plan).values():
            path = tmp_path / f"{number}.yaml"
            path.write_text(text, encoding="utf-8")
            files.append(str(path))
    assert files
    run = subprocess.run([promtool, "check", "rules", *files], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def _load(text: str) -> dict:
    import yaml

    return yaml.safe_load(text)
