"""`mlmon verify` as people and pipelines run it: exit codes, formats, and pages that cannot be had."""

import gzip
import json
import socket
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.budget.fake import send, serving
from tests.support.compiled import HEAD
from tests.verify.command import Project

SPEC = f"""{HEAD}
runtimes:
  - preset: vllm
    selector: {{job: vllm}}
slos:
  - {{name: events, objective: 99%, bad: 'calls_total{{job="vllm",code="500"}}', total: 'calls_total{{job="vllm"}}'}}
"""
GOOD = '# TYPE calls_total counter\ncalls_total{code="200"} 5\ncalls_total{code="500"} 1\n'
MISSING = "# TYPE other_total counter\nother_total 1\n"


def test_all_that_is_needed_is_there(project: Project) -> None:
    result = project.run(SPEC, "fraud", "--metrics", project.page(GOOD))
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "Metrics in page.txt\n\nfraud\n"
        "  vllm: vLLM OpenAI-compatible server: not on this page\n  spec: selectors of the spec's own\n"
        "    job: not on the page but added by the scrape, so not checked\n"
        "    present       bad    calls_total  required  counter, 1 series\n"
        "    present       total  calls_total  required  counter, 2 series\n\n"
        "ok: 2 present\n"
    )


def test_a_selector_of_the_specs_own_is_found_where_it_is_read(project: Project) -> None:
    page = project.page('# TYPE calls_total counter\ncalls_total{code="200"} 5\n# TYPE calls_bad_total counter\n')
    spec = SPEC.replace("""calls_total{job="vllm",code="500"}""", """calls_failed_total{job="vllm"}""")
    result = project.run(spec, "fraud", "--metrics", page)
    line = next(number for number, text in enumerate(spec.splitlines(), 1) if "name: events" in text)
    assert f"specs/fraud.yaml:{line}:5: note[verify-unseen] there is no series of calls_failed_total" in result.stdout


def test_what_is_missing_fails(project: Project) -> None:
    result = project.run(SPEC, "fraud", "--metrics", project.page(MISSING))
    assert result.exit_code == 1
    assert "error[verify-component] this page has no metric of fraud" in result.stdout
    assert "spec: selectors of the spec's own: not on this page" in result.stdout
    assert result.stdout.endswith("1 error: nothing was found\n")


def test_what_is_in_cloudwatch_does_not_stand_for_what_is_missing(project: Project) -> None:
    spec = SPEC.replace("slos:", "  - {preset: sagemaker-endpoint, endpoint: chat}\nslos:")
    result = project.run(spec, "--metrics", project.page(MISSING))
    assert result.exit_code == 1
    assert "error[verify-component] this page has no metric of fraud" in result.stdout
    assert "    not checked   requests                AWS/SageMaker Invocations " in result.stdout


def test_json_and_annotations(project: Project) -> None:
    page = project.page(GOOD.replace("500", "404"))
    answer = project.json(SPEC, "--metrics", page)
    assert answer["signals"] == {"present": 1, "not seen": 1, "wrong": 0, "absent": 0, "not checked": 0}
    assert answer["source"] == "page.txt"
    component = answer["services"][0]["components"][-1]
    assert component["signals"][0] == {
        "signal": "bad",
        "metrics": ["calls_total"],
        "state": "not seen",
        "required": True,
        "read_by": ["SLO events"],
        "type": "counter",
        "series": 0,
        "added_by_scrape": ["job"],
        "remark": "",
    }
    result = project.run(SPEC, "--metrics", page, "--format", "github")
    assert result.exit_code == 0
    assert result.stdout.startswith("::notice file=specs/fraud.yaml,line=")
    assert "title=verify-unseen::" in result.stdout


def test_strictness(project: Project) -> None:
    page = project.page(GOOD.replace("500", "404"))
    assert project.run(SPEC, "--metrics", page).exit_code == 0
    assert project.run(SPEC, "--metrics", page, "--strict").exit_code == 1


def test_a_component_that_is_not_on_the_page_fails_only_if_asked_for(project: Project) -> None:
    page = project.page(GOOD)
    result = project.run(SPEC, "--metrics", page)
    assert result.exit_code == 0, result.output
    assert "  vllm: vLLM OpenAI-compatible server: not on this page\n" in result.stdout
    result = project.run(SPEC, "--metrics", page, "--component", "vllm")
    assert result.exit_code == 1
    assert "error[verify-component] this page has no metric of vllm (vLLM OpenAI-compatible server)" in result.stdout


def test_standard_input_and_gzip(project: Project) -> None:
    assert project.run(SPEC, "--metrics", "-", stdin=GOOD.encode()).exit_code == 0
    assert project.run(SPEC, "--metrics", "-", stdin=gzip.compress(GOOD.encode())).exit_code == 0
    (project.root / "page.gz").write_bytes(gzip.compress(GOOD.encode()))
    assert project.run(SPEC, "--metrics", "page.gz").exit_code == 0


def test_several_pages_are_one_source(project: Project) -> None:
    first, second = project.page(GOOD), project.page(MISSING, "other.txt")
    result = project.run(SPEC, "--metrics", second, "--metrics", first)
    assert result.exit_code == 0
    assert result.stdout.startswith("Metrics in other.txt, page.txt\n")


def test_a_broken_page_is_a_finding_with_its_line(project: Project) -> None:
    result = project.run(SPEC, "--metrics", project.page(f"{GOOD}calls_total{{code=404}} 1\n"))
    assert result.exit_code == 1
    assert result.stdout == (
        'page.txt:4:1: error[verify-page] the page cannot be read: `code=404` is not `label="value"`\n'
        "  4 | calls_total{code=404} 1\n"
        "    | ^\n"
        "    = Prometheus refuses the whole page for this line, and all of its metrics with it: "
        "correct what writes it\n"
        "1 error\n"
    )
    answer = project.json(SPEC, "--metrics", "page.txt")
    assert answer["findings"][0]["line"] == 4
    assert answer["services"] == []


def test_bytes_that_are_no_text(project: Project) -> None:
    (project.root / "page.bin").write_bytes(b"a 1\nb\xff 2\n")
    result = project.run(SPEC, "--metrics", "page.bin")
    assert result.exit_code == 1
    assert result.stdout.startswith("page.bin:2:1: error[verify-page] the page cannot be read: it holds bytes that are")


def test_a_page_over_http(project: Project, tmp_path: Path) -> None:
    secret = tmp_path / "headers"
    secret.write_text("Authorization: Basic aHVudGVyMg==\n", encoding="utf-8")

    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/metrics":
            send(request, "", 307, Location="/metrics/")
        else:
            send(
                request, gzip.compress(GOOD.encode()), Content_Encoding="gzip", Content_Type="text/plain; version=0.0.4"
            )

    with serving(answer) as fake:
        result = project.run(SPEC, "--metrics", f"{fake.url}/metrics", "--header-file", str(secret))
        assert result.exit_code == 0, result.output
        assert [path for path, _ in fake.asked] == ["/metrics", "/metrics/"]
        assert fake.headers[1]["Authorization"] == "Basic aHVudGVyMg=="
        assert fake.headers[0]["Accept"].startswith("application/openmetrics-text;version=1.0.0,text/plain")
    assert "aHVudGVyMg" not in result.output


def test_openmetrics_over_http_that_is_cut_off(project: Project) -> None:
    page = GOOD.replace("calls_total counter", "calls counter")
    kind = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    with serving(lambda request: send(request, page, Content_Type=kind)) as fake:
        result = project.run(SPEC, "--metrics", fake.url)
        assert result.exit_code == 1
        assert (
            "error[verify-page] the page cannot be read: it does not end with `# EOF`, so it is cut off"
            in result.stdout
        )
    with serving(lambda request: send(request, f"{page}# EOF\n", Content_Type=kind)) as fake:
        assert project.run(SPEC, "--metrics", fake.url).exit_code == 0


REFUSED = {
    "a login": ((401, ""), "answers with status 401; give credentials with --header-file"),
    "no such page": ((404, ""), "answers with status 404; give the address that Prometheus scrapes, such as http://"),
    "not gzip": ((200, "plain"), "does not answer like a page of metrics: it is not gzip, although it says so; give"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_page_that_cannot_be_had(case: str, project: Project) -> None:
    (status, body), expected = REFUSED[case]
    with serving(lambda request: send(request, body, status, Content_Encoding="gzip")) as fake:
        result = project.run(SPEC, "--metrics", fake.url)
    assert result.exit_code == 2
    assert result.output.startswith(f"mlmon: {fake.url} {expected}")


def test_a_redirect_to_another_server_is_not_followed(project: Project) -> None:
    with (
        serving(lambda request: send(request, GOOD)) as other,
        serving(lambda request: send(request, "", 302, Location=other.url)) as fake,
    ):
        result = project.run(SPEC, "--metrics", fake.url)
        assert result.exit_code == 2
        assert "answers with a redirect (302) to another server" in result.output
        assert other.asked == []


def test_nobody_listens_and_tls_where_there_is_none(project: Project) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    result = project.run(SPEC, "--metrics", url)
    assert result.exit_code == 2
    assert result.output.startswith(f"mlmon: {url} cannot be reached: connection refused; check the address")
    with serving(lambda request: send(request, GOOD)) as fake:
        result = project.run(SPEC, "--metrics", fake.url.replace("http:", "https:"))
    assert result.exit_code == 2
    assert "by TLS: " in result.output
    assert "write http:// if it does not speak TLS" in result.output


def test_a_bomb_is_not_unpacked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlmon.remote.http.MAX_BYTES", 1024 * 1024)
    packed = gzip.compress(b" " * 4 * 1024 * 1024)
    with serving(lambda request: send(request, packed, Content_Encoding="gzip")) as fake:
        result = project.run(SPEC, "--metrics", fake.url)
    assert result.exit_code == 2
    assert result.output.startswith(f"mlmon: {fake.url} sent more than 1 MiB; look at what makes so many series")


USAGE = {
    "neither": ([], "give either --metrics or --prometheus; see mlmon verify --help"),
    "both": (["--metrics", "x", "--prometheus", "http://p"], "give either --metrics or --prometheus"),
    "no such service": (["frod", "--metrics", "x"], 'there is no service "frod"; did you mean "fraud"?'),
    "no such component": (
        ["--metrics", "x", "--component", "vlm"],
        'there is no component "vlm"; did you mean "vllm"?',
    ),
    "no such file": (
        ["--metrics", "absent.txt"],
        "absent.txt cannot be read: no such file or directory; check",
    ),
    "credentials": (
        ["--metrics", "http://a:hunter2@h/"],
        "--metrics holds credentials; put `Authorization: Basic ...`",
    ),
    "another scheme": (["--metrics", "file:///etc/passwd"], "--metrics is not an address; write for example http://"),
}


@pytest.mark.parametrize("case", USAGE)
def test_what_cannot_be_meant(case: str, project: Project) -> None:
    arguments, expected = USAGE[case]
    result = project.run(SPEC, *arguments)
    assert result.exit_code == 2
    assert result.output.startswith(f"mlmon: {expected}")
    assert "hunter2" not in result.output


def test_control_characters_of_a_page_do_not_reach_the_terminal(project: Project) -> None:
    page = project.page('calls_total{code="\x1b[2J"} 1\n')
    result = project.run(SPEC, "--metrics", page)
    assert "\x1b" not in result.stdout
    assert json.loads(project.run(SPEC, "--metrics", page, "--format", "json").stdout)["findings"]
