"""Probes: what the exporter is told, what is asked, and which alerts there are."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlmon.plan.collection import Probe
from mlmon.targets.collection.relabel import exactly
from tests.support.collected import EVERYTHING, collected, collection_of, files_of, objects_in, spec
from tests.support.compiled import built

HEALTH = 'probes:\n  - {name: health, url: "https://fraud.example.org/healthz"}\n'


def modules(files: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files["blackbox/blackbox.yaml"])["modules"]
    return found


def test_modules_ask_and_judge_as_the_spec_says(tmp_path: Path) -> None:
    assert modules(files_of(tmp_path, spec(EVERYTHING))) == {
        "fraud-health": {
            "prober": "http",
            "timeout": "5s",
            "http": {"method": "GET", "preferred_ip_protocol": "ip4"},
        },
        "fraud-score": {
            "prober": "http",
            "timeout": "5s",
            "http": {
                "method": "POST",
                "preferred_ip_protocol": "ip4",
                "valid_status_codes": [200, 202],
                "headers": {"Content-Type": "application/json"},
                "body": '{"amount": 1}',
                "fail_if_body_not_matches_regexp": ["score \\(\\$\\)"],
            },
        },
    }


def test_the_exporter_reads_the_same_modules(tmp_path: Path) -> None:
    files = files_of(tmp_path, spec(EVERYTHING))
    settings = [item for item in objects_in(files) if item["metadata"]["name"] == "blackbox-exporter"]
    assert [item["kind"] for item in settings] == ["ConfigMap", "Service", "Deployment"]
    assert settings[0]["data"]["blackbox.yaml"] == files["blackbox/blackbox.yaml"]
    scraped = yaml.safe_load(files["prometheus/scrape.yaml"])["scrape_configs"]
    job = next(job for job in scraped if job["job_name"] == "probe-fraud-score")
    assert job["params"] == {"module": ["fraud-score"]}
    port = settings[1]["spec"]["ports"][0]["port"]
    assert job["relabel_configs"][-1] == {
        "target_label": "__address__",
        "replacement": f"blackbox-exporter.monitoring.svc:{port}",
    }


def test_an_expected_redirect_is_not_followed(tmp_path: Path) -> None:
    body = 'probes:\n  - {name: login, url: "https://x.example.org", status: [302]}\n'
    assert modules(files_of(tmp_path, spec(body)))["fraud-login"]["http"]["follow_redirects"] is False


def test_a_module_of_ones_own_is_not_generated(tmp_path: Path) -> None:
    body = 'probes:\n  - {url: "https://x.example.org", module: http_2xx}\n'
    files = files_of(tmp_path, spec(body), more="    blackbox: prober.example.org:9115\n")
    assert "blackbox/blackbox.yaml" not in files
    (made,) = objects_in({path: text for path, text in files.items() if "/probe-" in path})
    assert made["spec"] == {
        "jobName": "blackbox",
        "interval": "30s",
        "scrapeTimeout": "10s",
        "prober": {"url": "prober.example.org:9115"},
        "module": "http_2xx",
        "targets": {"staticConfig": {"static": ["https://x.example.org"]}},
    }


def test_alerts_of_a_probe(tmp_path: Path) -> None:
    service = collected(tmp_path, spec(HEALTH)).services[0]
    assert [(alert.name, alert.severity, alert.outage) for alert in service.alerts] == [
        ("ProbeFailing", "page", True),
        ("ProbeSlow", "ticket", False),
        ("CertificateExpiresSoon", "page", False),
        ("CertificateExpiresSoon", "ticket", False),
        ("ProbeAbsent", "ticket", False),
    ]
    assert all(alert.runbook for alert in service.alerts)


def test_without_tls_there_is_no_certificate_to_expire(tmp_path: Path) -> None:
    body = HEALTH + '  - {name: plain, url: "http://fraud.example.org/healthz"}\n'
    service = collected(tmp_path, spec(body)).services[0]
    assert {alert.component for alert in service.alerts if alert.name == "CertificateExpiresSoon"} == {"health"}
    assert {alert.component for alert in service.alerts if alert.name == "ProbeFailing"} == {"health", "plain"}


def test_two_probes_need_names(tmp_path: Path) -> None:
    body = 'probes:\n  - {url: "https://a.example.org"}\n  - {url: "https://b.example.org"}\n'
    assert [finding.message for finding in built(tmp_path, spec(body)).findings] == [
        'two components are named "blackbox"'
    ]


@pytest.mark.parametrize(
    ("entry", "message", "advice"),
    [
        ("url: https://a.example.org, boddy: x", "unknown key `boddy`", 'did you mean "body"?'),
        ("url: ftp://a.example.org", '"ftp://a.example.org" is not an http(s) address', None),
        ("url: https://a.example.org, body: x", "a GET has no body", "write `method: POST`, or remove `body`"),
        ("url: https://a.example.org, timeout: 11s", "a probe may take 10s at most", None),
    ],
)
def test_what_a_probe_refuses(tmp_path: Path, entry: str, message: str, advice: str | None) -> None:
    (finding,) = built(tmp_path, spec(f"probes:\n  - {{{entry}}}\n")).findings
    assert finding.message == message
    assert advice in (None, finding.advice)


def test_a_probe_alone_is_a_service(tmp_path: Path) -> None:
    (probe,) = collection_of(tmp_path, spec(HEALTH)).probes
    assert isinstance(probe, Probe)
    assert (probe.job, probe.url, probe.name) == ("blackbox", "https://fraud.example.org/healthz", "fraud-health")


@given(st.text(st.characters(max_codepoint=0x2FF), max_size=30), st.text(max_size=10))
def test_a_text_is_looked_for_as_it_is(text: str, other: str) -> None:
    assert re.fullmatch(exactly(text), text, re.DOTALL)
    assert (re.fullmatch(exactly(text), other, re.DOTALL) is None) == (text != other)
