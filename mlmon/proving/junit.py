"""Results as JUnit XML, which continuous integration shows as a list of tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mlmon.targets.cloudwatch import CASES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.proving.alarms import Played
    from mlmon.proving.model import Result

_FORBIDDEN: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def as_junit(results: Iterable[Result], alarms: Iterable[Played] = ()) -> str:
    """Return one suite per file and one test per proof or alarm, with every failed step or case."""
    found, played = list(results), list(alarms)
    root = Element("testsuites", name="mlmon")
    for path in dict.fromkeys(result.file.path for result in found):
        _suite(root, path, [result for result in found if result.file.path == path])
    if played:
        _alarms(root, played)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, path: str, results: list[Result]) -> None:
    failed, broken = (
        str(sum(map(bool, kind))) for kind in ([one.failures for one in results], [one.trouble for one in results])
    )
    time = f"{sum(one.seconds for one in results):.3f}"
    suite = SubElement(
        root, "testsuite", name=_text(path), tests=str(len(results)), failures=failed, errors=broken, time=time
    )
    for result in results:
        alert = result.proof.alert
        case = SubElement(
            suite, "testcase", classname=_text(f"{alert.service}.{alert.component}"), name=_text(alert.id),
            file=_text(alert.origin.path), line=str(alert.origin.line), time=f"{result.seconds:.3f}",
        )  # fmt: skip
        for item in result.failures:
            failure = SubElement(case, "failure", message=_text(f"not proven that {item.step}"))
            failure.text = _text(f"at {item.time}: expected {item.expected}, got {item.got}")
        if result.trouble:
            SubElement(case, "error", message="promtool gave no verdict").text = _text(result.trouble.message)


def _alarms(root: Element, played: list[Played]) -> None:
    failed = str(sum(not one.passed for one in played))
    suite = SubElement(root, "testsuite", name=CASES, tests=str(len(played)), failures=failed, errors="0", time="0.000")
    for one in played:
        alert = one.alert
        case = SubElement(
            suite, "testcase", classname=_text(f"{alert.service}.{alert.component}"), name=_text(one.alarm),
            file=_text(alert.origin.path), line=str(alert.origin.line), time="0.000",
        )  # fmt: skip
        for item in one.departures:
            failure = SubElement(case, "failure", message=_text(item.when))
            failure.text = _text(f"expected {item.expected}, got {item.got}")


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
