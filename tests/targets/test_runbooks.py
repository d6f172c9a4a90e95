"""Runbooks: one page per alert, links that lead somewhere, queries that parse, and texts that stay texts."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlmon.plan.conditions import on_backend
from mlmon.plan.links import costs_path, dashboard_url, runbook_path
from mlmon.plan.model import Plan
from mlmon.promql.conditions import condition
from mlmon.promql.quantities import Renderer
from mlmon.syntax import check
from mlmon.targets import runbooks, templates
from tests.support.fleet import fleet
from tests.support.presets import Variant, plan_of_spec, variants

PARSER = MarkdownIt("commonmark").enable("table")
HOSTILE = st.text("`*_[]()<>|#$&;'\"\\{}%-! \nab", min_size=1, max_size=25).filter(lambda text: bool(text.strip()))


@cache
def pages() -> dict[str, str]:
    return runbooks.render(fleet())


def page(name: str) -> str:
    return pages()[f"runbooks/{name}.md"]


def fences(text: str, language: str) -> list[str]:
    return [token.content for token in PARSER.parse(text) if token.type == "fence" and token.info == language]


def addresses(text: str) -> list[str]:
    inline = (child for token in PARSER.parse(text) for child in token.children or [])
    return [str(child.attrGet("href")) for child in inline if child.type == "link_open"]


def text_of(tokens: list[Token]) -> str:
    return " ".join(child.content for token in tokens for child in token.children or [])


def assert_links_resolve(files: dict[str, str], plan: Plan) -> None:
    dashboards = {dashboard_url(plan.outputs, service) for service in plan.services}
    sources = {alert.reference for alert in plan.alerts}
    sources |= {service.aws_costs.reference for service in plan.services if service.aws_costs}
    for path, text in files.items():
        for address in addresses(text):
            if "://" in address:
                assert address in dashboards | sources or address in _from_packs(plan), (path, address)
            else:
                target = (Path(path).parent / unquote(address)).as_posix()
                assert _normal(target) in files, (path, address)


def _from_packs(plan: Plan) -> set[str]:
    return {address for alert in plan.alerts for address in addresses(alert.runbook)}


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def assert_queries_parse(files: dict[str, str]) -> None:
    for path, text in files.items():
        for query in fences(text, "promql"):
            assert check(query) is None, (path, query)


def test_every_alert_has_its_page_and_every_service_its_index() -> None:
    expected = {f"runbooks/{runbook_path(alert)}" for alert in fleet().alerts}
    expected |= {f"runbooks/{service.name}/README.md" for service in fleet().services} | {"runbooks/README.md"}
    expected |= {f"runbooks/{costs_path(service)}" for service in fleet().services if service.aws_costs}
    assert set(pages()) == expected
    reachable = {f"runbooks/{unquote(address)}" for address in addresses(page("README"))}
    assert reachable == expected - {"runbooks/README.md"}


def test_every_link_of_the_fleet_leads_somewhere() -> None:
    assert_links_resolve(pages(), fleet())


def test_every_query_of_the_fleet_parses() -> None:
    assert_queries_parse(pages())
    assert sum(len(fences(text, "promql")) for text in pages().values()) > len(pages())


@pytest.mark.parametrize("variant", list(variants()), ids=str)
def test_every_preset_has_runbooks_that_hold(variant: Variant) -> None:
    plan = plan_of_spec(variant.spec).plan
    assert plan is not None
    files = runbooks.render(plan)
    assert_links_resolve(files, plan)
    assert_queries_parse(files)


def test_a_page_has_the_query_of_each_alert_in_prometheus() -> None:
    for service in fleet().services:
        for alert in service.alerts:
            if on_backend(alert.condition, "prometheus"):
                expected = condition(alert.condition, Renderer(service))
                assert f"{expected}\n" in fences(pages()[f"runbooks/{runbook_path(alert)}"], "promql"), alert.id


def test_nothing_of_the_templates_is_left() -> None:
    for path, text in pages().items():
        assert not re.search(r"\{%|\{\{|%\}|None\b|object at 0x", text), path
        assert not re.search(r"\n{4}|[ \t]\n", text.replace("  \n", "")), path


def test_pages_are_made_of_the_sections_that_people_look_for() -> None:
    headings = [line for line in page("fraud-detector/HighErrorRatio").splitlines() if line.startswith("## ")]
    assert headings == [
        "## When it fires",
        "## What it means",
        "## Check below first",
        "## First look",
        "## Make it better",
        "## Is it over?",
        "## Afterwards",
        "## Who to ask",
    ]


def test_a_page_says_who_is_told_and_when() -> None:
    rows = [line for line in page("fraud-detector/HighErrorRatio").splitlines() if line.startswith("| SEV")]
    assert any("| pagerduty-ml (PagerDuty) | at any hour; again every 4h |" in row for row in rows)
    hours = "Monday to Friday, 09:00 to 18:00 (Europe/Berlin); again every 1d"
    assert any(rf"| slack-ml-risk (Slack \#ml-risk) | {hours} |" in row for row in rows)


def test_a_higher_layer_names_what_to_check_below() -> None:
    text = page("fraud-detector/HighErrorRatio")
    below = text[text.index("## Check below first") : text.index("## First look")]
    found = re.findall(r"^- \[(\w+)\].*\((infrastructure|application|model), (SEV-\d)", below, re.MULTILINE)
    outages = ["EndpointAbsent", "ProbeFailing", "ServiceAbsent", "ServiceDown"]
    assert [(name, layer) for name, layer, _ in found[:4]] == [(name, "application") for name in outages]
    deeper = found[4:]
    assert {layer for _, layer, _ in deeper} == {"infrastructure"}
    urgent = [(name != "NoReplicaAvailable", severity, name) for name, _, severity in deeper]
    assert urgent == sorted(urgent), "an outage first, then by urgency"
    assert "HighErrorRatio.md" not in below


def test_an_alert_of_cloudwatch_is_asked_there() -> None:
    text = page("fraud-detector/EndpointCPUHigh")
    (command,) = fences(text[: text.index("## What it means")], "sh")
    words = shlex.split(command)
    assert words[:3] == ["aws", "cloudwatch", "get-metric-statistics"]
    assert words[words.index("--metric-name") + 1] == "CPUUtilization"
    assert {"Name=EndpointName,Value=fraud-detector-prod", "Name=VariantName,Value=AllTraffic"} <= set(words)
    assert "ALERTS" not in text[text.index("## Is it over?") :]


def test_a_quantile_is_asked_of_cloudwatch_as_one() -> None:
    text = page("fraud-detector/HighLatencyP99")
    (command,) = fences(text[: text.index("## What it means")], "sh")
    assert "--extended-statistics p99" in command


def hostile(text: str) -> Plan:
    plan = fleet()
    service = next(service for service in plan.services if service.name == "fraud-detector")
    alerts = tuple(replace(alert, summary=text, description=text, reason=text, notes=text) for alert in service.alerts)
    parameters = (("namespace", text), ("deployment", text), ("endpoint", text), ("variant", text))
    components = tuple(replace(component, parameters=parameters, title=text) for component in service.components)
    service = replace(service, description=text, model=text, components=components, alerts=alerts)
    teams = tuple(replace(team, description=text, contact=text) for team in plan.routing.teams)
    severities = tuple(replace(severity, level=text, description=text) for severity in plan.routing.severities)
    return replace(plan, services=(service,), routing=replace(plan.routing, teams=teams, severities=severities))


@settings(max_examples=10, deadline=None)
@given(HOSTILE.map(lambda text: text.replace("{", "{{").replace("}", "}}")))
def test_hostile_texts_change_nothing_but_the_text(text: str) -> None:
    made = text.replace("{{", "{").replace("}}", "}")
    plan = hostile(made)
    escaped = tuple(replace(alert, summary=text, description=text) for alert in plan.services[0].alerts)
    plan = replace(plan, services=(replace(plan.services[0], alerts=escaped),))
    files = runbooks.render(plan)
    for path in ("runbooks/fraud-detector/HighErrorRatio.md", "runbooks/fraud-detector/README.md"):
        assert headings(files[path]) == headings(pages()[path]), path
        assert addresses(without_notes(files[path])) == addresses(pages()[path])
        assert " ".join(made.split()) in " ".join(text_of(PARSER.parse(files[path])).split())


def headings(text: str) -> list[str]:
    found = PARSER.parse(text)
    return [
        found[place + 1].content
        for place, token in enumerate(found)
        if token.type == "heading_open" and token.level == 0
    ]


def without_notes(text: str) -> str:
    """Notes are Markdown of the team's own and may link; they are told by the block quote after the heading."""
    start = text.find("Notes of ml-risk")
    return text if start < 0 else text[:start] + re.sub(r"^>.*\n", "", text[start:], flags=re.MULTILINE)


@settings(max_examples=10, deadline=None)
@given(HOSTILE)
def test_hostile_parameters_are_one_word_of_a_command(text: str) -> None:
    files = runbooks.render(hostile(text.replace("{", "").replace("}", "") or "x"))
    for command in fences(files["runbooks/fraud-detector/HighErrorRatio.md"], "sh"):
        shlex.split(command.replace("$(", "").replace(")", ""), comments=True)
    rollback = [block for block in commands(files) if "rollout undo" in block]
    words = shlex.split(rollback[0])
    clean = text.replace("{", "").replace("}", "") or "x"
    assert words[:2] == ["kubectl", "--namespace"]
    assert words[2] == clean
    assert f"deployment/{clean}" in words


def commands(files: dict[str, str]) -> Iterator[str]:
    yield from fences(files["runbooks/fraud-detector/HighErrorRatio.md"], "sh")


def test_a_folder_of_templates_overrides_some_and_a_typo_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "runbook-service.md.j2").write_text("# {{ service.name }}\n", encoding="utf-8")
    with templates.overridden(tmp_path):
        files = runbooks.render(fleet())
    assert files["runbooks/fraud-detector/README.md"] == "# fraud-detector\n"
    assert files["runbooks/README.md"] == page("README")
    (tmp_path / "runbook-service.md.j2").write_text("# {{ service.nmae }}\n", encoding="utf-8")
    with templates.overridden(tmp_path / "."), pytest.raises(templates.OwnTemplateError) as refused:
        runbooks.render(fleet())
    assert (refused.value.path, refused.value.line) == (tmp_path / "runbook-service.md.j2", 1)


def test_the_output_is_the_same_every_time() -> None:
    assert runbooks.render(fleet()) == pages()
