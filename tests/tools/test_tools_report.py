import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tools_helpers import Script, assert_gone, interrupt, rendezvous

from mlmon.diagnostics import Severity
from mlmon.tools.checks import Options
from mlmon.tools.executables import Name, Tool
from mlmon.tools.report import Report, check_all
from mlmon.tools.work import Work

VERSIONS = {
    Name.PROMTOOL: 'echo "promtool, version 3.5.0 (branch: HEAD)"',
    Name.AMTOOL: 'echo "amtool, version 0.28.0 (branch: HEAD)"',
    Name.TERRAFORM: """echo '{"terraform_version": "1.11.4"}'""",
}
GOOD = {
    Name.PROMTOOL: 'shift 2; for f in "$@"; do echo "Checking $f"; echo "  SUCCESS: 1 rules found"; done',
    Name.AMTOOL: 'echo "  SUCCESS"',
    Name.TERRAFORM: """[ "$1" = fmt ] || echo '{"diagnostics": []}'""",
}
STRICT = Options(strict=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "staged"
    for path in (
        "prometheus/a.rules.yaml",
        "prometheus/b.rules.yaml",
        "alertmanager/alertmanager.yaml",
        "cloudwatch/a.tf",
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    return root


@pytest.fixture
def work(tree: Path) -> Work:
    return Work.of(path.relative_to(tree).as_posix() for path in tree.rglob("*.*"))


@pytest.fixture
def tools(script: Script) -> Callable[..., dict[Name, Tool | None]]:
    """Three good tools, or with another body in place of the good one."""

    def make(**bodies: str) -> dict[Name, Tool | None]:
        made: dict[Name, Tool | None] = {}
        for name in Name:
            body = bodies.get(name.value, GOOD[name])
            made[name] = script(f"case $1 in *version) {VERSIONS[name]}; exit;; esac\n{body}", name)
        return made

    return make


Tools = Callable[..., dict[Name, Tool | None]]


def test_all_good(tree: Path, work: Work, tools: Tools) -> None:
    report = check_all(tree, "generated", work, tools(), STRICT)
    assert report.findings == ()
    assert [(tool.name, tool.version, tool.checked, tool.not_checked) for tool in report.tools] == [
        (Name.PROMTOOL, "3.5.0", ("2 rule files",), ()),
        (Name.AMTOOL, "0.28.0", ("alertmanager/alertmanager.yaml",), ()),
        (Name.TERRAFORM, "1.11.4", ("format of 1 module", "validity of cloudwatch"), ()),
    ]
    assert all(tool.seconds > 0 for tool in report.tools)


def test_tools_run_at_the_same_time(tree: Path, work: Work, tools: Tools, tmp_path: Path) -> None:
    meeting = tools(**{name.value: f"{rendezvous(tmp_path / 'met', 3)}\n{GOOD[name]}" for name in Name})
    assert check_all(tree, "generated", work, meeting, Options(validate=False, timeout=10)).findings == ()


def test_without_any_tool(tree: Path, work: Work) -> None:
    none: dict[Name, Tool | None] = dict.fromkeys(Name)
    report = check_all(tree, "generated", work, none)
    assert [finding.rule for finding in report.findings] == ["tool-missing"] * 3
    assert {finding.severity for finding in report.findings} == {Severity.WARNING}
    assert all(tool.not_checked and not tool.checked for tool in report.tools)
    assert {finding.severity for finding in check_all(tree, "generated", work, none, STRICT).findings} == {
        Severity.ERROR
    }


def test_a_tool_without_work_or_left_out_is_not_missed(tree: Path, work: Work) -> None:
    assert check_all(tree, "generated", Work(), dict.fromkeys(Name), STRICT) == Report()
    assert check_all(tree, "generated", work, {}, STRICT) == Report()


TROUBLE = {
    "sleep 60": ("tool-timeout", 0.3),
    "kill -ABRT $$": ("tool-failed", 20),
    "echo gibberish": ("tool-failed", 20),
    "echo 'fatal error: all goroutines are asleep - deadlock!' >&2; exit 2": ("tool-failed", 20),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("body", TROUBLE)
def test_trouble_is_a_warning_or_with_strict_an_error(
    tree: Path, work: Work, tools: Tools, body: str, strict: bool
) -> None:
    rule, timeout = TROUBLE[body]
    made = tools(promtool=body)
    report = check_all(
        tree, "generated", work, {Name.PROMTOOL: made[Name.PROMTOOL]}, Options(timeout=timeout, strict=strict)
    )
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == (rule, Severity.ERROR if strict else Severity.WARNING)
    assert "not checked: that Prometheus loads the rule files" in finding.message
    assert finding.advice
    assert report.tools[0].checked == ()
    assert report.tools[0].not_checked == (finding.message,)


def test_one_broken_tool_does_not_hide_the_others(tree: Path, work: Work, tools: Tools) -> None:
    report = check_all(tree, "generated", work, tools(promtool="kill -KILL $$"))
    assert [bool(tool.checked) for tool in report.tools] == [False, True, True]


def test_a_tool_that_hangs_from_the_start_is_asked_once(tree: Path, work: Work, script: Script, tmp_path: Path) -> None:
    hanging = script(f"echo $* >> {tmp_path}/calls; sleep 60")
    report = check_all(tree, "generated", work, {Name.PROMTOOL: hanging}, Options(timeout=0.3))
    assert [finding.rule for finding in report.findings] == ["tool-timeout"]
    assert (tmp_path / "calls").read_text() == "--version\n"


def test_an_old_alertmanager_is_a_gap(tree: Path, work: Work, tools: Tools) -> None:
    report = check_all(tree, "generated", work, tools(), Options(needs_alertmanager=(0, 29)))
    (finding,) = report.findings
    assert finding.severity is Severity.NOTE
    assert report.tools[1].not_checked == (finding.message,)
    assert report.tools[1].checked == ()


def test_an_old_tool_is_noted(tree: Path, work: Work, script: Script) -> None:
    old = script(f'case $1 in *version) echo "promtool, version 2.5.0 (branch: x)"; exit;; esac\n{GOOD[Name.PROMTOOL]}')
    (finding,) = check_all(tree, "generated", work, {Name.PROMTOOL: old}, STRICT).findings
    assert (finding.rule, finding.severity) == ("tool-version", Severity.NOTE)


INTERRUPTED = """
import signal, sys
from pathlib import Path
from mlmon.tools.executables import Name, Tool
from mlmon.tools.report import check_all
from mlmon.tools.work import Work
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = Path(sys.argv[1])
tools = {name: Tool(name, folder / name) for name in Name}
check_all(folder, "generated", Work(rules=("a",), routing=("b",), modules=("",)), tools)
"""


def test_an_interruption_stops_every_tool(tree: Path, tools: Tools, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    hang = f"sleep 60 & echo $! $$ >> {pids}.new; [ $(wc -l < {pids}.new) -lt 3 ] || mv {pids}.new {pids}; wait"
    tools(**{name.value: hang for name in Name})
    code, error = interrupt([sys.executable, "-c", INTERRUPTED, str(tmp_path / "scripts")], pids)
    assert code in (-signal.SIGINT, 130, 1)
    assert "KeyboardInterrupt" in error
    assert_gone(pids)


def test_the_real_ones_together(tree: Path, work: Work, real: Callable[[Name], Tool]) -> None:
    found: dict[Name, Tool | None] = {Name.PROMTOOL: real(Name.PROMTOOL), Name.AMTOOL: real(Name.AMTOOL)}
    report = check_all(tree, "generated", work, found, Options(strict=True))
    assert {finding.place.path for finding in report.findings} == {
        "generated/alertmanager/alertmanager.yaml",
        "generated/prometheus/a.rules.yaml",
        "generated/prometheus/b.rules.yaml",
    }
    assert all(tool.version and tool.checked and not tool.not_checked for tool in report.tools)
