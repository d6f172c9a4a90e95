"""What a service may cost on the bill, and who is told: mlmon's notices, or a spec's own, by which severities."""

from decimal import Decimal
from pathlib import Path

import pytest

from mlmon.packs.load import library
from mlmon.plan.costs import AwsCosts, CostAnomaly, CostNotice
from tests.support.compiled import HEAD, PROJECT, RUNTIME, built, messages, plan_of


def costs_of(folder: Path, aws: str, project: str = PROJECT) -> AwsCosts | None:
    (service,) = plan_of(folder, f"{HEAD}{RUNTIME}costs:\n  aws: {aws}\n", project=project).services
    return service.aws_costs


def test_a_budget_is_told_at_the_shares_that_ship(tmp_path: Path) -> None:
    made = costs_of(tmp_path, "{tag: {model: fraud}, usd_per_month: 1500.50}")
    assert made is not None
    assert (made.tag, made.usd_per_month, made.anomaly) == (("model", "fraud"), Decimal("1500.50"), None)
    assert made.notices == (
        CostNotice("actual", Decimal("0.8"), "info"),
        CostNotice("actual", Decimal(1), "ticket"),
        CostNotice("forecast", Decimal(1), "ticket"),
    )
    assert str(made.origin) == "specs/s0.yaml:8:8"


def test_an_anomaly_needs_no_budget(tmp_path: Path) -> None:
    made = costs_of(tmp_path, "{tag: {model: fraud}, anomaly: 99.50}")
    assert made is not None
    assert (made.usd_per_month, made.notices) == (None, ())
    assert made.anomaly == CostAnomaly(Decimal("99.50"), "ticket")


def test_a_spec_says_who_is_told_of_what(tmp_path: Path) -> None:
    notices = "[{spend: actual, share: 120%, severity: page}, {spend: forecast, share: 0.9, severity: ticket}]"
    aws = f"{{tag: {{model: fraud}}, usd_per_month: 9, notices: {notices}, anomaly: {{usd: 5, severity: info}}}}"
    made = costs_of(tmp_path, aws)
    assert made is not None
    assert made.notices == (
        CostNotice("actual", Decimal("1.2"), "page"),
        CostNotice("forecast", Decimal("0.9"), "ticket"),
    )
    assert made.anomaly == CostAnomaly(Decimal(5), "info")


def test_a_service_that_says_nothing_has_no_costs(tmp_path: Path) -> None:
    (service,) = plan_of(tmp_path, HEAD + RUNTIME).services
    assert service.aws_costs is None


OWN = """\
severities:
  urgent: {level: critical, description: Now., hours: always, paging: true, repeat_interval: 1h}
  ticket: {level: warning, description: Soon., hours: business, paging: false, repeat_interval: 1d}
"""


def test_notices_of_severities_that_the_organisation_lacks_are_left_out(tmp_path: Path) -> None:
    project = PROJECT.replace("receivers:", f"{OWN}receivers:").replace("{page: pager, ticket: chat, info: chat}", "{}")
    made = costs_of(tmp_path, "{tag: {model: fraud}, usd_per_month: 5}", project)
    assert made is not None
    assert [(item.spend, item.severity) for item in made.notices] == [("actual", "ticket"), ("forecast", "ticket")]


@pytest.mark.parametrize(
    ("aws", "expected"),
    [
        ("{tag: {model: a}, usd_per_month: 5, notices: [{spend: actual, share: 1%, severity: high}]}", "high"),
        ("{tag: {model: a}, anomaly: {usd: 5, severity: low}}", "low"),
    ],
)
def test_a_severity_that_does_not_exist_is_a_finding(tmp_path: Path, aws: str, expected: str) -> None:
    made = built(tmp_path, f"{HEAD}{RUNTIME}costs:\n  aws: {aws}\n")
    (found,) = messages(made.findings)
    assert found.endswith(f'there is no severity "{expected}"')


def test_the_notices_that_ship_wake_nobody_and_name_a_source(tmp_path: Path) -> None:
    shipped = library().cost_notices
    assert shipped is not None
    paging = plan_of(tmp_path, HEAD + RUNTIME).services[0].paging
    assert not {shipped.anomaly.severity, *(item.severity for item in shipped.notices)} & paging
    assert shipped.metadata.source.startswith("https://docs.aws.amazon.com/")
