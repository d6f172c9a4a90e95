import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tools_helpers import HERE, Script, expected, shown, version_of

from mlmon.diagnostics import Place, Severity
from mlmon.tools import promtool
from mlmon.tools.executables import Name, Tool
from mlmon.tools.staged import QUOTE_LIMIT, Staged

RULES = Staged(HERE / "rules", "generated")
FILES = sorted(path.name for path in RULES.root.iterdir())
RECORDED = ["2.42.0", "3.5.0", "3.15.0"]


@pytest.mark.parametrize("version", RECORDED)
def test_recorded_answers(script: Script, version: str) -> None:
    tool = script(f"cat '{HERE}/answers/rules-{version}.txt'; exit 1")
    found = promtool.check_rules(tool, RULES, FILES)
    for file in FILES:
        here = [finding for finding in found if finding.place.path == f"generated/{file}"]
        assert shown(here) == expected(RULES.root / file, version), file


def test_the_promtool_of_this_machine(real: Callable[[Name], Tool]) -> None:
    tool = real(Name.PROMTOOL)
    version = version_of(tool).text
    found = promtool.check_rules(tool, RULES, FILES)
    for file in FILES:
        here = shown(finding for finding in found if finding.place.path == f"generated/{file}")
        # What the versions in between say is not recorded; what all agree on must be there.
        assert here >= expected(RULES.root / file, version if version.startswith(("2.42", "3.")) else "0"), file


def test_all_files_in_one_call(script: Script, tmp_path: Path) -> None:
    tool = script(
        f'echo "$@" >> {tmp_path}/calls; for f in "$@"; do echo "Checking $f"; echo "  SUCCESS: 1 rules found"; done'
    )
    assert promtool.check_rules(tool, RULES, FILES) != []
    assert (tmp_path / "calls").read_text().splitlines() == [" ".join(["check", "rules", *FILES])]
    assert promtool.check_rules(tool, RULES, []) == []


def test_one_bad_file_does_not_hide_another(real: Callable[[Name], Tool]) -> None:
    found = promtool.check_rules(real(Name.PROMTOOL), RULES, ["unknown-fields.yaml", "good.yaml", "promql.yaml"])
    assert {finding.place.path for finding in found} == {"generated/promql.yaml", "generated/unknown-fields.yaml"}
    assert {finding.rule for finding in found} == {"promtool-rules"}
    assert all("Prometheus refuses the whole file" in finding.advice for finding in found)


def test_messages_never_show_where_the_files_are_now(script: Script) -> None:
    tool = script(
        f"echo 'Checking good.yaml'; echo '  FAILED:'; echo 'open {RULES.root}/good.yaml: no such file'; exit 1"
    )
    (finding,) = promtool.check_rules(tool, RULES, ["good.yaml"])
    assert finding.message == "open generated/good.yaml: no such file"


GARBAGE = {
    "printf '\\033[31mhello\\033[0m\\007 \\377\\n'; exit 1": "promtool exited with 1 and said: hello",
    "echo \"promtool: error: path 'x' does not exist\"; exit 1": "promtool exited with 1 and said: promtool: error",
    "echo 'Checking good.yaml'; echo '  SUCCESS: 1 rules found'; exit 1": "promtool exited with 1 and said: Checking",
    "exit 3": "promtool exited with 3 and said: (nothing)",
    "yes | head -c 1000000; exit 1": "promtool exited with 1 and said: y | y",
}


@pytest.mark.parametrize("body", GARBAGE)
def test_an_answer_that_is_not_understood_is_shown_bounded(script: Script, body: str) -> None:
    (finding,) = promtool.check_rules(script(body), RULES, ["good.yaml"])
    assert (finding.rule, finding.severity) == ("promtool-rules", Severity.ERROR)
    assert finding.place == Place("generated/good.yaml")
    assert finding.message.startswith(GARBAGE[body])
    assert len(finding.message) < QUOTE_LIMIT + 100
    assert finding.message.isprintable()


@pytest.mark.parametrize("check", [promtool.check_rules, promtool.check_config])
def test_silence_is_not_consent(script: Script, check: Callable[..., list[object]]) -> None:
    (finding,) = promtool.check_rules(script("exit 0"), RULES, ["good.yaml"])
    assert (finding.rule, finding.severity) == ("tool-failed", Severity.WARNING)
    assert "exited with 0 but gave no verdict on 1 file(s), such as good.yaml" in finding.message
    assert len(check(script("echo garbage"), RULES, ["good.yaml"])) == 1


def test_a_hanging_promtool(script: Script) -> None:
    (finding,) = promtool.check_rules(script("sleep 60"), RULES, ["good.yaml"], timeout=0.2)
    assert (finding.rule, finding.severity) == ("tool-timeout", Severity.WARNING)
    assert "did not answer within 0.2 s and was stopped; not checked: that Prometheus loads" in finding.message
    assert "MLMON_PROMTOOL" in finding.advice


def test_a_file_that_is_not_there(real: Callable[[Name], Tool]) -> None:
    (finding,) = promtool.check_rules(real(Name.PROMTOOL), RULES, ["nowhere.yaml"])
    assert "nowhere.yaml" in finding.message


CONFIGS = {
    "scrape_configs: [{job_name: a, static_confg: []}]": (1, 'unknown field "static_confg"'),
    "scrape_configs: [{job_name: a}, {job_name: a}]": (0, 'found multiple scrape configs with job name "a"'),
    "global: {scrape_interval: 1x}": (1, "1x"),
    "scrape_configs: [": (1, "did not find expected node content"),
}


@pytest.mark.parametrize("text", CONFIGS)
def test_bad_configurations(real: Callable[[Name], Tool], tmp_path: Path, text: str) -> None:
    (tmp_path / "prometheus.yaml").write_text(text)
    line, words = CONFIGS[text]
    (finding,) = promtool.check_config(real(Name.PROMTOOL), Staged(tmp_path, "out"), ["prometheus.yaml"])
    assert (finding.place.path, finding.place.line) == ("out/prometheus.yaml", line)
    assert words in finding.message


def test_a_configuration_may_name_files_of_the_server(real: Callable[[Name], Tool], tmp_path: Path) -> None:
    (tmp_path / "prometheus.yaml").write_text(
        "rule_files: [/etc/prometheus/rules.yaml]\n"
        "scrape_configs: [{job_name: a, authorization: {credentials_file: /run/token}, tls_config: {ca_file: /ca}}]\n"
    )
    assert promtool.check_config(real(Name.PROMTOOL), Staged(tmp_path, "out"), ["prometheus.yaml"]) == []


def test_rules_from_another_folder(real: Callable[[Name], Tool], tmp_path: Path) -> None:
    shutil.copytree(RULES.root, tmp_path / "prometheus" / "rules")
    (finding, *_) = promtool.check_rules(real(Name.PROMTOOL), Staged(tmp_path, "out"), ["prometheus/rules/tab.yaml"])
    assert finding.place == Place("out/prometheus/rules/tab.yaml", 2, 1)
