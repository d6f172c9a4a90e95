"""Results as JUnit XML, which continuous integration shows as a list of tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.proving.model import Result

_FORBIDDEN: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def as_junit(results: Iterable[Result]) -> str:
    """Return one suite per file and one test per proof, with every failed step."""
    found = list(results)
    root = Element("testsuites", name="mlmon")
    for path in dict.fromkeys(result.file.path for result in found):
        _suite(root, path, [result for result in found if result.file.path == path])
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


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
