"""`mlmon packs`: what people and programs are told about a preset."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mlmon.cli import app
from mlmon.packs.load import library
from tests.support.presets import plan_of_spec, variants

PACKS = sorted(library().packs)
VARIANTS = list(variants())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["packs", *arguments])


def shown(name: str) -> dict[str, Any]:
    result = run("show", name, "--format", "json")
    assert result.exit_code == 0
    return json.loads(result.output)


def test_the_list_groups_every_pack_by_its_type() -> None:
    lines = run("list").output.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert sorted(listed) == PACKS
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "runtime", "infrastructure", "quality", "pipeline", "probe", "alerts",
    ]  # fmt: skip


def test_the_list_of_one_type_as_data() -> None:
    packs = json.loads(run("list", "--type", "runtime", "--format", "json").output)["packs"]
    assert [pack["name"] for pack in packs] == library().names("runtime")
    assert set(packs[0]) == {"name", "type", "title", "source", "version"}


def test_a_page_says_what_a_flag_an_alert_and_a_panel_are_for() -> None:
    page = run("show", "sglang").output
    assert page.startswith("sglang: SGLang server (runtime)\n  version  SGLang 0.5.23\n")
    for line in (
        "  selector (required)",
        "  queue_depth (gauge, requests)",
        "      Prometheus sglang:num_queue_reqs",
        "      exists only with --enable-metrics",
        "  HighTimeToFirstToken (application, symptom)",
        "      page: p95 of time_to_first_token above 10s (time_to_first_token_p95) for 10m",
        "Alerts that every service with these signals gets",
        "      page: up is absent for 5m",
        "  Retractions per request",
    ):
        assert f"\n{line}\n" in page
    assert max(map(len, page.splitlines())) <= 120


@pytest.mark.parametrize("name", PACKS)
def test_a_page_names_every_signal_alert_and_panel(name: str) -> None:
    pack, page, data = library().packs[name].pack, run("show", name).output, shown(name)
    signals = {*pack.signals, *(key for family in pack.families.values() for key in family.signals)}
    assert {signal["name"] for signal in data["signals"]} == signals
    assert {alert["name"] for alert in data["alerts"]} == {entry.name for entry in pack.alerts}
    assert {panel["title"] for panel in data["panels"]} == {entry.title for entry in pack.panels}
    assert {parameter["name"] for parameter in data["parameters"]} == set(pack.parameters)
    told = [*signals, *(entry.name for entry in pack.alerts), *(entry.title for entry in pack.panels), *pack.parameters]
    assert [word for word in told if f"\n  {word}" not in page] == []


@pytest.mark.parametrize("name", sorted({item.preset for item in VARIANTS}))
def test_the_general_alerts_that_are_named_are_those_that_a_service_gets(name: str) -> None:
    plans = [plan_of_spec(item.spec).plan for item in VARIANTS if item.preset == name and item.full]
    alerts = [alert for plan in plans if plan for alert in plan.services[0].alerts]
    made = {alert.name for alert in alerts if not alert.source.startswith(f"{name}/")}
    assert {alert["name"] for alert in shown(name)["general_alerts"]} == made


def test_two_metrics_that_are_counted_together_are_both_named() -> None:
    requests = next(signal for signal in shown("tgi")["signals"] if signal["name"] == "requests")
    assert requests["prometheus"] == ["tgi_request_success", "tgi_request_failure"]


def test_bounds_are_told_in_the_unit_of_the_signal() -> None:
    latency = next(signal for signal in shown("ray-serve")["signals"] if signal["name"] == "latency")
    assert latency["buckets"][:3] == ["0.001", "0.002", "0.005"]


def test_conditions_that_hold_together_are_joined() -> None:
    page = run("show", "torchserve").output
    line = "ticket: latency_total per model_requests above 200ms (batching_latency_mean) and"
    assert line in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "vlm"), 'mlmon: there is no pack "vlm"; did you mean "vllm"?\n'),
        (("list", "--type", "runtim"), 'mlmon: there is no type "runtim"; did you mean "runtime"?\n'),
    ],
)
def test_a_name_that_does_not_exist(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr == message
