from collections.abc import Callable

import pytest
from tools_helpers import HERE, Script, expected, shown, version_of

from mlmon.diagnostics import Place, Severity
from mlmon.tools import amtool
from mlmon.tools.executables import Name, Tool
from mlmon.tools.staged import Staged
from mlmon.tools.versions import Version

ROUTING = Staged(HERE / "routing", "generated")
FILES = sorted(path.name for path in ROUTING.root.iterdir())


@pytest.mark.parametrize("file", FILES)
def test_the_amtool_of_this_machine(real: Callable[[Name], Tool], file: str) -> None:
    tool = real(Name.AMTOOL)
    version = version_of(tool).text
    found = amtool.check_config(tool, ROUTING, file)
    assert all(finding.place.path == f"generated/{file}" for finding in found)
    recorded = version.startswith(("0.25", "0.34"))
    wanted = expected(ROUTING.root / file, version if recorded else "0")
    assert shown(found) == wanted if recorded else shown(found) >= wanted


@pytest.fixture
def old(script: Script) -> Tool:
    return script("echo 'amtool, version 0.25.0 (branch: x)'", Name.AMTOOL)


def test_a_newer_setting_is_a_note_and_not_an_error(old: Tool) -> None:
    (finding,) = amtool.check_config(old, ROUTING, "newer-than-0.25.yaml", needs=(0, 26))
    assert (finding.rule, finding.severity) == ("amtool-config", Severity.NOTE)
    assert finding.message == "no verdict on the configuration: it needs Alertmanager 0.26, and amtool is 0.25.0"
    assert finding.place == Place("generated/newer-than-0.25.yaml")


def test_a_known_version_is_not_asked_for_again(script: Script) -> None:
    tool = script("echo 'Checking'; echo '  SUCCESS'; test $1 = check-config", Name.AMTOOL)
    assert amtool.check_config(tool, ROUTING, "good.yaml", needs=(0, 26), version=Version("0.28.0")) == []


def test_a_tool_that_is_new_enough_checks(real: Callable[[Name], Tool]) -> None:
    assert amtool.check_config(real(Name.AMTOOL), ROUTING, "good.yaml", needs=(0, 22)) == []


WARNING = (
    "Checking 'a.yaml'time=2026-11-21T04:56:05.231Z level=WARN source=parse.go:176 "
    'msg="Alertmanager is moving to a new parser" input="foo=bar baz" origin=config '
    r'err="8:11: unexpected baz" suggestion="foo=\"bar baz\""'
)
ANSWERS = {
    f"{WARNING}\n  SUCCESS\nFound:\n - route\n": (
        "warning",
        "the matcher foo=bar baz is read by the classic parser only",
        'write foo="bar baz", which later versions read too',
    ),
    "Checking 'a.yaml'  SUCCESS\nFound:\n - 1 templates\n  FAILED: template: x.tmpl:2: unclosed action\n\n": (
        "error",
        "template: x.tmpl:2: unclosed action",
        "Alertmanager refuses the file and keeps its old one: correct what it was generated from",
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_recorded_answers(script: Script, answer: str) -> None:
    severity, message, advice = ANSWERS[answer]
    tool = script(f"cat <<'END'\n{answer}END\nexit {int(severity == 'error')}", Name.AMTOOL)
    (finding,) = amtool.check_config(tool, ROUTING, "good.yaml")
    assert (finding.severity, finding.message, finding.advice) == (severity, message, advice)


def test_an_answer_that_is_not_understood(script: Script) -> None:
    (finding,) = amtool.check_config(script("echo 'what?'; exit 1", Name.AMTOOL), ROUTING, "good.yaml")
    assert finding.message == "amtool exited with 1 and said: what?"
    (finding,) = amtool.check_config(script("echo 'fine'", Name.AMTOOL), ROUTING, "good.yaml")
    assert finding.rule == "tool-failed"


def test_a_hanging_amtool(script: Script) -> None:
    (finding,) = amtool.check_config(script("sleep 60", Name.AMTOOL), ROUTING, "good.yaml", timeout=0.2)
    assert finding.rule == "tool-timeout"
    assert "that Alertmanager loads the routes and receivers" in finding.message
