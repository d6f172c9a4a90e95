"""One incident is one page, through the configuration that ships; a ticket waits for its hours."""

import pytest
from routing_cases import SATURDAY_NIGHT, TUESDAY_NOON, config, known, named

from mlmon.routing.catalogue import Known
from mlmon.routing.simulate import Outcome, simulate

FAST, SLOW = "burn_tier=page-fast", "burn_tier=page-slow"
INCIDENTS = {
    "the servers are gone": (
        "fraud-detector",
        ("ServiceDown", "HighErrorRatio", "HighLatencyP99", "ErrorBudgetBurn/slo=availability",
         "ErrorBudgetBurn/slo=latency", "ErrorBudgetBurn/slo=quality", "TrafficLow", "LowConfidence", "InstanceDown"),
        "ServiceDown",
    ),
    "the servers are gone from discovery": (
        "recommender",
        ("ServiceAbsent", "HighErrorRatio", "ErrorBudgetBurn/slo=availability", "TrafficLow"),
        "ServiceAbsent",
    ),
    "a burst of errors, all tiers and the thresholds": (
        "fraud-detector",
        ("HighErrorRatio", "ErrorBudgetBurn/slo=availability", "LowConfidence", "ErrorBudgetBurn/slo=quality"),
        "ErrorBudgetBurn",
    ),
    "errors that go on slowly": (
        "fraud-detector",
        (f"ErrorBudgetBurn/slo=availability/{SLOW}", "ErrorBudgetBurn/slo=availability/burn_tier=ticket",
         "HighErrorRatio/severity=ticket", "ErrorBudgetSpent/slo=availability"),
        "ErrorBudgetBurn",
    ),
    "slow answers": (
        "fraud-detector",
        ("HighLatencyP99", "ErrorBudgetBurn/slo=latency"),
        "ErrorBudgetBurn",
    ),
    "a broken GPU and the latency that follows": (
        "support-chat",
        ("GPUXidError", "HighTimeToFirstToken", "ErrorBudgetBurn"),
        "GPUXidError",
    ),
    "no replica is left": (
        "fraud-detector",
        ("NoReplicaAvailable", "ServiceDown", "HighErrorRatio", "ErrorBudgetBurn/slo=availability", "TrafficLow",
         "ReplicasUnavailable", "ContainerRestarting", "ContainerOOMLoop"),
        "NoReplicaAvailable",
    ),
    "a pod is killed again and again": (
        "recommender",
        ("ContainerOOMLoop", "ContainerRestarting", "ReplicasUnavailable", "HighErrorRatio"),
        "ContainerOOMLoop, ContainerRestarting, ReplicasUnavailable",
    ),
    "a GPU is lost": (
        "recommender",
        ("GPUXidError", "GPUMemoryNearlyFull", "ReplicasUnavailable", "HighLatencyP99", "ErrorBudgetBurn"),
        "GPUXidError, GPUMemoryNearlyFull, ReplicasUnavailable",
    ),
    "one failure counted in two metrics": (
        "support-chat",
        ("HighErrorRatio", "HighGenerationErrorRatio"),
        "HighErrorRatio, HighGenerationErrorRatio",
    ),
}  # fmt: skip


def pages(alerts: list[Known], outcome: Outcome) -> list[str]:
    """The alerts in messages of pages, each message once."""
    assert len(alerts) == len(outcome.silenced_by)
    told = [item for item in outcome.sent if dict(item.group)["severity"] == "page"]
    return [", ".join(dict.fromkeys(alerts[number].label["alertname"] for number in item.alerts)) for item in told]


@pytest.mark.parametrize("at", [SATURDAY_NIGHT, TUESDAY_NOON], ids=["Saturday night", "Tuesday noon"])
@pytest.mark.parametrize("incident", INCIDENTS)
def test_one_incident_is_one_page(incident: str, at: object) -> None:
    service, names, page = INCIDENTS[incident]
    alerts = named(service, *names)
    outcome = simulate(config(), [alert.label for alert in alerts], at)
    assert pages(alerts, outcome) == [page]


def test_a_page_names_the_fastest_tier_only() -> None:
    alerts = named("fraud-detector", "ErrorBudgetBurn/slo=availability", "HighErrorRatio")
    (message,) = simulate(config(), [alert.label for alert in alerts], TUESDAY_NOON).notifications
    assert [alerts[number].label["burn_tier"] for number in message.alerts] == ["page-fast"]


def test_a_stale_model_is_one_ticket_that_waits_for_monday() -> None:
    alerts = named("fraud-detector", "ModelStale")
    night = simulate(config(), [alert.label for alert in alerts], SATURDAY_NIGHT)
    (ticket,) = night.notifications
    assert (ticket.receiver, night.sent) == ("slack-ml-risk", ())
    assert ticket.due is not None
    assert ticket.due.isoformat() == "2026-11-23T09:00:00+01:00"
    (noon,) = simulate(config(), [alert.label for alert in alerts], TUESDAY_NOON).sent
    assert noon.receiver == "slack-ml-risk"


def test_two_services_are_two_incidents() -> None:
    alerts = [*named("fraud-detector", "ServiceDown"), *named("recommender", "HighErrorRatio/severity=page")]
    assert pages(alerts, simulate(config(), [alert.label for alert in alerts], SATURDAY_NIGHT)) == [
        "ServiceDown",
        "HighErrorRatio",
    ]


def test_whatever_fires_some_page_or_ticket_is_left_for_each_service() -> None:
    for service in {alert.label["service"] for alert in known()}:
        some = [alert for alert in known() if alert.label["service"] == service]
        outcome = simulate(config(), [alert.label for alert in some], TUESDAY_NOON)
        heard = {some[number].label["severity"] for item in outcome.sent for number in item.alerts}
        assert heard >= {"page" if any(alert.label["severity"] == "page" for alert in some) else "ticket"}
