"""Inhibition: who silences whom, that it has no cycle, and that nobody is silenced by an alert nobody hears."""

from dataclasses import replace
from decimal import Decimal
from graphlib import TopologicalSorter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlmon.plan.labels import LAYERS
from mlmon.plan.model import Plan
from mlmon.plan.routing import Severity
from mlmon.plan.slo import BurnTier
from mlmon.targets.alertmanager.inhibition import inhibit_rules
from mlmon.units import Duration
from tests.support.alertmanager import silences
from tests.support.fleet import Sent, fleet, sent

OUTAGE = {"alertname": "Gone", "outage": "true"}


def alert(**labels: str) -> Sent:
    usual = {"alertname": "A", "service": "s", "component": "c", "team": "t", "severity": "page"}
    return Sent(tuple(sorted((usual | {"layer": "application", "kind": "symptom"} | labels).items())))


def silenced(rules: list[dict[str, Any]], source: Sent, target: Sent) -> bool:
    return any(silences(rule, source, target) for rule in rules)


def edges(rules: list[dict[str, Any]], alerts: list[Sent]) -> list[tuple[Sent, Sent]]:
    return [
        (source, target)
        for source, target in permutations(dict.fromkeys(alerts), 2)
        if source["service"] == target["service"] and silenced(rules, source, target)
    ]


def assert_sound(plan: Plan, pairs: list[tuple[Sent, Sent]]) -> None:
    """No cycle; a source is as urgent as its target and sent whenever it is; an outage yields to an outage only."""
    graph: TopologicalSorter[Sent] = TopologicalSorter()
    names = [severity.name for severity in plan.routing.severities]
    for source, target in pairs:
        graph.add(source, target)
        told, quiet = (plan.routing.severity(item["severity"]) for item in (source, target))
        assert names.index(told.name) <= names.index(quiet.name), (source, target)
        assert told.always or not quiet.always, (source, target)
        assert not target["outage"] or source["outage"] or source["alertname"] == target["alertname"], (source, target)
    graph.prepare()  # raises CycleError


def test_the_fleet() -> None:
    rules = inhibit_rules(fleet())
    pairs = edges(rules, sent(fleet()))
    assert_sound(fleet(), pairs)
    assert {target["alertname"] for source, target in pairs if source["alertname"] == "ServiceDown"} >= {
        "HighErrorRatio",
        "HighLatencyP99",
        "ErrorBudgetBurn",
    }


def test_no_alert_silences_itself() -> None:
    rules = inhibit_rules(fleet())
    assert not [item for item in sent(fleet()) if silenced(rules, item, item)]


@pytest.mark.parametrize(
    ("why", "source", "target", "expected"),
    [
        ("the ticket of the same alert", {}, {"severity": "ticket"}, True),
        ("a ticket never silences a page", {"severity": "ticket"}, {}, False),
        ("nor information, since nobody is woken to look", {"severity": "ticket"}, {"severity": "info"}, False),
        ("another component may be ill as well", {}, {"severity": "ticket", "component": "d"}, False),
        ("another alert", {}, {"severity": "ticket", "alertname": "B"}, False),
        ("another service", {}, {"severity": "ticket", "service": "r"}, False),
        ("another SLO", {"slo": "a"}, {"severity": "ticket", "slo": "b"}, False),
        ("a faster tier", {"slo": "a", "burn_tier": "page-fast"}, {"slo": "a", "burn_tier": "page-slow"}, True),
        ("a slower tier", {"slo": "a", "burn_tier": "page-slow"}, {"slo": "a", "burn_tier": "page-fast"}, False),
        ("the tier of another SLO", {"slo": "a", "burn_tier": "page-fast"}, {"slo": "b", "burn_tier": "ticket"}, False),
        ("a symptom of an outage", {"outage": "true"}, {"alertname": "B"}, True),
        ("a symptom below an outage", {"outage": "true"}, {"alertname": "B", "layer": "infrastructure"}, True),
        ("the page about the cause of an outage", OUTAGE, {"layer": "infrastructure", "kind": "cause"}, True),
        ("the ticket about it", OUTAGE, {"layer": "infrastructure", "kind": "cause", "severity": "ticket"}, False),
        ("the cause of a missing report", OUTAGE | {"layer": "model"}, {"kind": "cause"}, False),
        ("another outage beside it", {"outage": "true"}, {"alertname": "B", "outage": "true"}, False),
        ("a page below", {"layer": "infrastructure", "kind": "cause"}, {"alertname": "B"}, True),
        ("a page two layers below", {"layer": "infrastructure"}, {"alertname": "B", "layer": "model"}, True),
        ("a page above", {"layer": "model"}, {"alertname": "B"}, False),
        ("a ticket below", {"layer": "infrastructure", "severity": "ticket"}, {"severity": "ticket"}, False),
        ("an outage above a page", {"layer": "infrastructure"}, {"alertname": "B", "outage": "true"}, False),
        ("an alert of other origin as source", {"layer": ""}, {"severity": "ticket"}, False),
        ("an alert of other origin as target", {}, {"severity": "ticket", "layer": ""}, False),
    ],
)
def test_who_silences_whom(why: str, source: dict[str, str], target: dict[str, str], expected: bool) -> None:
    assert silenced(inhibit_rules(fleet()), alert(**source), alert(**target)) is expected, why


def test_an_outage_below_silences_the_outage_above() -> None:
    plan = _with(fleet(), [{"layer": "infrastructure", "outage": True}, {"layer": "application", "outage": True}])
    lower, upper = (alert(alertname=layer, layer=layer, outage="true") for layer in LAYERS[:2])
    assert silenced(inhibit_rules(plan), lower, upper)
    assert not silenced(inhibit_rules(plan), upper, lower)


def test_an_outage_of_the_report_on_the_model_silences_the_model_only() -> None:
    plan = _with(fleet(), [{"layer": "model", "outage": True, "severity": "ticket"}])
    report = alert(alertname="QualityReportAbsent", layer="model", outage="true", severity="ticket")
    rules = inhibit_rules(plan)
    assert silenced(rules, report, alert(layer="model", severity="ticket"))
    assert not silenced(rules, report, alert(layer="application", severity="ticket"))


def test_the_budget_of_one_group_says_nothing_about_another() -> None:
    service = next(service for service in fleet().services if service.slos)
    slo = replace(service.slos[0], group_by=("region",))
    rules = inhibit_rules(replace(fleet(), services=(*fleet().services, replace(service, slos=(slo,)))))
    burning = {"slo": slo.name, "burn_tier": "page-fast", "region": "eu"}
    slower = burning | {"burn_tier": "page-slow"}
    assert silenced(rules, alert(**burning), alert(**slower))
    assert not silenced(rules, alert(**burning), alert(**slower | {"region": "us"}))
    assert not silenced(rules, alert(**burning), alert(**burning | {"region": "us", "severity": "ticket"}))


def test_a_page_that_waits_for_business_hours_silences_nothing_that_does_not() -> None:
    page, ticket, info = fleet().routing.severities
    severities = (replace(page, always=False), replace(ticket, always=True), info)
    plan = replace(fleet(), routing=replace(fleet().routing, severities=severities))
    rules = inhibit_rules(plan)
    assert not silenced(rules, alert(outage="true"), alert(alertname="B", severity="ticket"))
    assert silenced(rules, alert(outage="true"), alert(alertname="B", severity="info"))


def _with(plan: Plan, changes: list[dict[str, Any]], tiers: tuple[BurnTier, ...] | None = None) -> Plan:
    """One service with an alert for each of the changes."""
    service = next(service for service in plan.services if service.slos)
    slos = service.slos if tiers is None else (replace(service.slos[0], tiers=tiers),)
    alerts = tuple(replace(service.alerts[0], name=f"A{number}", **change) for number, change in enumerate(changes))
    return replace(plan, services=(replace(service, alerts=alerts, slos=slos),))


_SEVERITIES = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=4).map(
    lambda flags: tuple(
        Severity(f"s{number}", f"SEV-{number}", "x", always, paging, Duration(Decimal(3600)))
        for number, (always, paging) in enumerate(flags)
    )
)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), severities=_SEVERITIES)
def test_any_organisation(data: st.DataObject, severities: tuple[Severity, ...]) -> None:
    names = st.sampled_from([severity.name for severity in severities])
    windows = st.integers(1, 5).map(lambda hours: Duration(Decimal(3600 * hours)))
    tier = st.builds(BurnTier, st.sampled_from("pqr"), names, windows, windows, *[st.just(Decimal(1))] * 2, st.just(1))
    tiers = data.draw(st.lists(tier, max_size=3, unique_by=lambda item: item.name))
    change = st.fixed_dictionaries(
        {
            "severity": names,
            "layer": st.sampled_from(LAYERS),
            "kind": st.sampled_from(["symptom", "cause"]),
            "outage": st.booleans(),
        }
    )
    changes = data.draw(st.lists(change, min_size=1, max_size=7))
    plan = _with(replace(fleet(), routing=replace(fleet().routing, severities=severities)), changes, tuple(tiers))
    found = [
        alert(**{**item, "alertname": f"A{number}", "outage": "true" if item["outage"] else ""})
        for number, item in enumerate(changes)
    ]
    # The same alert at another severity, and the budget's tiers.
    found += [Sent(tuple(sorted({**dict(item.labels), "severity": data.draw(names)}.items()))) for item in found]
    found += [alert(alertname="Burn", slo="a", burn_tier=item.name, severity=item.severity) for item in tiers]
    assert_sound(plan, edges(inhibit_rules(plan), found))
