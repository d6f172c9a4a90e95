from collections.abc import Callable

import pytest
from tools_helpers import HERE

from mlmon.tools.executables import Name, Tool
from mlmon.tools.process import run
from mlmon.tools.unit_tests import Difference, differences, verdicts

FOLDER = HERE / "unit"
TESTS = sorted(path.name for path in FOLDER.glob("*.test.yaml"))
FIRING = '[ 0: Labels:{alertname="Down", job="%s", severity="page"} Annotations:{summary="a is down"} ]'
UP = '{__name__="up", job="a"} %s'
FAILING = [
    Difference("fires", "alert Down", "10m", FIRING % "b", FIRING % "a"),
    Difference("stays silent", "alert Down", "10m", "nothing", FIRING % "a"),
    Difference("", 'up{job="a"}', "5m", UP % "4E+00", UP % "0E+00"),
]
UNREADABLE = {
    "series.test.yaml": "parse error: unexpected character inside braces: '0'",
    "unknown.test.yaml": "line 2: field testz not found in type main.unitTestFile",
}


def read(output: str) -> dict[str, list[Difference]]:
    return {file: list(differences(lines)) for file, lines in zip(TESTS, verdicts(output), strict=True)}


def check(output: str) -> None:
    found = read(output)
    assert found["failing.test.yaml"] == FAILING
    # Rules that do not exist are a warning.
    assert found["good.test.yaml"] == found["norules.test.yaml"] == []
    for file, words in UNREADABLE.items():
        (one,) = found[file]
        assert (one.test, one.subject, one.expected) == ("", "", "")
        assert one.got.endswith(words)


@pytest.mark.parametrize("version", ["2.42.0", "3.5.0", "3.15.0"])
def test_recorded_answers(version: str) -> None:
    check((HERE / "answers" / f"unit-{version}.txt").read_text(encoding="utf-8"))


def test_the_promtool_of_this_machine(real: Callable[[Name], Tool]) -> None:
    check(run(real(Name.PROMTOOL), ("test", "rules", *TESTS), timeout=60, cwd=FOLDER, merge=True).stdout)
