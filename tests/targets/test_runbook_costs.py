"""The runbook page about costs on the bill: who is told of what, and commands that a shell reads as they are meant."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from mlmon.targets import runbooks
from tests.support.compiled import HEAD, RUNTIME, plan_of
from tests.support.fleet import fleet

PAGE = "runbooks/fraud/cloud-costs.md"


def files_of(folder: Path, aws: str) -> dict[str, str]:
    return runbooks.render(plan_of(folder, f"{HEAD}{RUNTIME}costs:\n  aws: {aws}\n"))


def commands(page: str) -> list[list[str]]:
    """The arguments that a shell gives to `aws`, for every block of the page."""
    return [_arguments(block) for block in re.findall(r"```sh\n(.*?)\n```", page, re.DOTALL)]


def _arguments(block: str) -> list[str]:
    script = 'aws() { printf "%s\\n" "$@"; }\n' + block
    run = subprocess.run(["sh", "-eu", "-c", script], capture_output=True, text=True, check=True, timeout=10)
    return run.stdout.splitlines()


def rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| SEV")]


def test_a_page_says_what_is_told_to_whom(tmp_path: Path) -> None:
    files = files_of(tmp_path, "{tag: {model: a b}, usd_per_month: 1500.50, anomaly: {usd: 20, severity: page}}")
    assert rows(files[PAGE]) == [
        "| SEV-3 (info) | The month has cost more than 80% of 1500.5 USD so far |",
        "| SEV-2 (ticket) | The month has cost more than 100% of 1500.5 USD so far |",
        "| SEV-2 (ticket) | The month is forecast to cost more than 100% of 1500.5 USD in the end |",
        "| SEV-1 (page) | An anomaly has cost 20 USD or more beyond what is usual |",
    ]
    assert "> mlmon-fraud-costs\n" in files[PAGE]
    assert "cost allocation tag `model=a b`" in files[PAGE]
    assert "[costs on the AWS bill](cloud-costs.md)" in files["runbooks/fraud/README.md"]


def test_commands_ask_for_the_tag_the_budget_and_the_monitor(tmp_path: Path) -> None:
    made = commands(files_of(tmp_path, "{tag: {'k:é': a b}, usd_per_month: 5, anomaly: 5}")[PAGE])
    assert [words[:2] for words in made] == [
        ["ce", "get-cost-and-usage"],
        ["ce", "get-cost-and-usage"],
        ["budgets", "describe-budget"],
        ["ce", "get-anomalies"],
    ]
    for words in made[:2]:
        assert json.loads(words[words.index("--filter") + 1]) == {"Tags": {"Key": "k:é", "Values": ["a b"]}}
    assert made[2][made[2].index("--budget-name") + 1] == "mlmon-fraud-costs"
    asked = made[3][made[3].index("--monitor-arn") + 1 :]
    assert asked[:2] == ["ce", "get-anomaly-monitors"]
    assert 'AnomalyMonitors[?MonitorName==`"mlmon-fraud-costs"`].MonitorArn | [0]' in asked


@pytest.mark.parametrize(
    ("aws", "last"),
    [
        ("{tag: {model: a}, usd_per_month: 5}", "describe-budget"),
        ("{tag: {model: a}, anomaly: 5}", "get-anomalies"),
    ],
)
def test_only_what_there_is_is_asked_for(tmp_path: Path, aws: str, last: str) -> None:
    page = files_of(tmp_path, aws)[PAGE]
    assert [words[1] for words in commands(page)] == ["get-cost-and-usage", "get-cost-and-usage", last]
    assert ("About the shares" in page) == ("usd_per_month" in aws)
    assert "\n### 4. What was released" in page


def test_shares_of_the_spec_are_not_explained_by_mlmon(tmp_path: Path) -> None:
    notices = "[{spend: actual, share: 120%, severity: page}]"
    page = files_of(tmp_path, f"{{tag: {{model: a}}, usd_per_month: 5, notices: {notices}}}")[PAGE]
    assert rows(page) == ["| SEV-1 (page) | The month has cost more than 120% of 5 USD so far |"]
    assert "About the shares" not in page


def test_services_without_costs_have_no_such_page() -> None:
    pages = {name for name in runbooks.render(fleet()) if name.endswith("/cloud-costs.md")}
    assert pages == {f"runbooks/{item.name}/cloud-costs.md" for item in fleet().services if item.aws_costs}
    assert len(pages) == 1
