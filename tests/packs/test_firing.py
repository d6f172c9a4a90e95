"""Every alert of a pack with a file under cases/ fires just beyond its threshold and is silent just below it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlmon.packs.load import library
from tests.packs.firing import CASES, Case, cases, run

PACKS = sorted(path.stem for path in CASES.glob("*.yaml"))
ALL = [case for pack in PACKS for case in cases(pack)]


@pytest.mark.parametrize("case", ALL, ids=str)
def test_alert_fires_and_stays_silent_as_it_should(
    case: Case, tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    assert run(require_tool("promtool"), case, tmp_path) == ""


@pytest.mark.parametrize("pack", PACKS)
def test_every_alert_and_severity_of_the_pack_has_a_case_of_both_outcomes(pack: str) -> None:
    entries = library().packs[pack].pack.alerts
    shown = {(case.alert, case.severity) for case in cases(pack) if case.outcomes == {"silent", "firing"}}
    assert shown == {(entry.name, severity) for entry in entries for severity in entry.severities}
