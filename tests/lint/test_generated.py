"""Rules about generated files, on files of their own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mlmon.lint.catalogue import catalogue
from mlmon.lint.context import Issue
from tests.lint.linting import PROJECT, SPEC, context

Judge = Callable[[str, dict[str, str]], list[str]]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    made = context(tmp_path, {"mlmon.yaml": PROJECT, "specs/ranker.yaml": SPEC})

    def run(rule: str, files: dict[str, str]) -> list[str]:
        issues: list[Issue] = list(catalogue()[rule].check(replace(made, files=files)))
        return [f"{issue.place}: {issue.message}" for issue in issues]

    return run


def test_addresses_of_runbooks(judge: Judge) -> None:
    files = {
        "runbooks/ranker/A.md": "# A",
        "runbooks/ranker/A B.md": "# A B",
        "prometheus/a.yaml": "runbook_url: https://runbooks.example.org/ranker/A.md\n"
        "runbook_url: https://runbooks.example.org/ranker/A%20B.md#now\n"
        "runbook_url: https://runbooks.example.org/ranker/B.md\n"
        "see https://runbooks.example.org/ranker/C.md.\n"
        "see https://elsewhere.example.org/ranker/B.md and, once more, https://runbooks.example.org/ranker/B.md\n",
    }
    assert judge("link-broken", files) == [
        "generated/prometheus/a.yaml:3:14: the link to https://runbooks.example.org/ranker/B.md leads nowhere",
        "generated/prometheus/a.yaml:4:5: the link to https://runbooks.example.org/ranker/C.md leads nowhere",
    ]


def test_addresses_of_dashboards(judge: Judge) -> None:
    files = {
        "grafana/ranker.json": '{"title": "Ranker", "uid": "mlmon-ranker"}',
        "runbooks/ranker/A.md": "https://grafana.example.org/d/mlmon-ranker?from=now-1h "
        "https://grafana.example.org/d/x/y https://grafana.example.org/d/${uid} https://grafana.example.org/explore",
    }
    assert judge("link-broken", files) == [
        "generated/runbooks/ranker/A.md:1:56: the link to https://grafana.example.org/d/x/y leads nowhere"
    ]


def test_where_no_runbook_is_generated_the_addresses_are_somebody_elses(judge: Judge) -> None:
    text = "runbook_url: https://runbooks.example.org/ranker/B.md\ndashboard_url: https://grafana.example.org/d/x\n"
    assert judge("link-broken", {"prometheus/ranker.rules.yaml": text}) == []


def test_series_of_one_service_are_not_those_of_another(judge: Judge) -> None:
    recorded = "- record: service:mlmon_a:b\n  expr: up\n  labels:\n    service: ranker\n"
    read = 'service:mlmon_a:b{service="ranker"}\nservice:mlmon_a:b{le="1",service=\\"other\\"}\nservice:mlmon_a:b > 1'
    assert judge("series-not-recorded", {"prometheus/a.yaml": recorded, "runbooks/a.md": read}) == [
        "generated/runbooks/a.md:2:1: no rule records service:mlmon_a:b for other"
    ]


def test_series_of_longer_names_are_not_those_of_shorter_ones(judge: Judge) -> None:
    recorded = "- record: slo:mlmon_a:rate5m\n"
    read = "slo:mlmon_a:rate5 slo:mlmon_a:rate5m other_slo:mlmon_a:rate slo:mlmon_"
    assert judge("series-not-recorded", {"prometheus/a.yaml": recorded, "x.json": read}) == [
        "generated/x.json:1:1: no rule records slo:mlmon_a:rate5"
    ]


def test_dashboards_of_one_uid(judge: Judge) -> None:
    files = {
        "grafana/a.json": '{\n  "panels": [\n    {\n      "uid": "y"\n    }\n  ],\n  "uid": "x"\n}\n',
        "grafana/b.json": '{\n  "uid": "x"\n}\n',
        "grafana/c.json": '{\n  "uid": "y"\n}\n',
    }
    assert judge("name-not-unique", files) == [
        'generated/grafana/b.json:2:1: the dashboard uid "x" is already in generated/grafana/a.json:7:1'
    ]
