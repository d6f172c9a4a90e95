"""Reads a page of metrics, in the text format or as OpenMetrics, and says in which line it cannot be read.

https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/.
prometheus_client's parsers do not fit a check of names: they add `_total` to counters that lack it, give no line
number, and take three times as long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

Labels = dict[str, str]

_QUOTED: Final = r'"(?:[^"\\\n]|\\.)*"'
_SAMPLE: Final = re.compile(
    r"[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*+)?"
    rf'(?:[ \t]*\{{((?:[^"{{}}]|{_QUOTED})*+)\}}[ \t]*|[ \t]+)'
    r"([^ \t#{}]+)(?:[ \t]+([^ \t#]+))?[ \t]*(#.*)?"
)
_PLAIN_LABELS: Final = re.compile(r'(?:[a-zA-Z_][a-zA-Z0-9_]*+="[^"\\]*+",)*+(?:[a-zA-Z_][a-zA-Z0-9_]*+="[^"\\]*+")?')
_PLAIN_LABEL: Final = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="([^"]*)"')
_LABEL: Final = re.compile(
    rf"[ \t]*(?:([a-zA-Z_][a-zA-Z0-9_]*)|({_QUOTED}))[ \t]*(?:=[ \t]*({_QUOTED}))?[ \t]*(?:,|$)", re.ASCII
)
_COMMENT: Final = re.compile(rf"#[ \t]+(TYPE|EOF)\b(?:[ \t]+({_QUOTED}|[^ \t]+)[ \t]+([^ \t]+)[ \t]*)?")
_ESCAPE: Final = re.compile(r'\\([\\n"])')
_NUMBER: Final = re.compile(r"[+-]?(?:nan|inf(?:inity)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.IGNORECASE | re.ASCII)
_CLASSIC: Final = frozenset({"counter", "gauge", "histogram", "summary", "untyped"})
_OPENMETRICS: Final = _CLASSIC - {"untyped"} | {"unknown", "info", "stateset", "gaugehistogram"}
_SHOWN: Final = 60


class PageError(Exception):
    """A page that cannot be read; `line` counts from 1, 0 stands for the page as a whole."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


@dataclass(frozen=True)
class Page:
    """What a page says: the declared type of each family, and the series of each metric name with their values."""

    types: dict[str, str] = field(default_factory=dict)
    samples: dict[str, list[tuple[Labels, float]]] = field(default_factory=dict)


def is_openmetrics(text: str) -> bool:
    """Tell by its end whether a page is OpenMetrics."""
    return text.rstrip("\n").endswith("# EOF")


def parse(text: str, *, openmetrics: bool) -> Page:
    """Read a page. Raises PageError at the first line that Prometheus would refuse the whole page for."""
    page = Page()
    if text.lstrip()[:1] == "<":
        raise PageError(1, "it is a web page (HTML)")
    if openmetrics and not is_openmetrics(text):
        raise PageError(text.count("\n") + 1, "it does not end with `# EOF`, so it is cut off")
    for number, line in enumerate(text.split("\n"), 1):
        try:
            if line[:1] == "#":
                _comment(line, page, openmetrics)
            elif line and not line.isspace():
                _sample(line, page, openmetrics)
        except ValueError as error:
            raise PageError(number, str(error)) from None
    return page


def _comment(line: str, page: Page, openmetrics: bool) -> None:
    found = _COMMENT.fullmatch(line)
    if not found:
        if line.startswith("# TYPE "):
            raise ValueError(f"`{_short(line)}` is not `# TYPE metric type`")
        return
    if found[1] == "TYPE" and found[2]:
        known = _OPENMETRICS if openmetrics else _CLASSIC
        if found[3] not in known:
            raise ValueError(f"`{_short(found[3])}` is no type of metric")
        page.types[_unquoted(found[2])] = found[3]


def _sample(line: str, page: Page, openmetrics: bool) -> None:
    found = _SAMPLE.fullmatch(line)
    if not found or (found[5] and not openmetrics) or not _NUMBER.fullmatch(found[3]):
        raise ValueError(f'`{_short(line)}` is not `metric{{label="value"}} number`')
    if found[4] and not _NUMBER.fullmatch(found[4]):
        raise ValueError(f"`{_short(found[4])}` is no time stamp")
    labels = _labels(found[2]) if found[2] else {}
    name = found[1] or labels.pop("__name__", "")
    if not name:
        raise ValueError(f"`{_short(line)}` has no name of a metric")
    page.samples.setdefault(name, []).append((labels, float(found[3])))


def _labels(text: str) -> Labels:
    # Almost every line has neither escapes nor quoted names, and two passes of the regular expression engine read it.
    pairs = _PLAIN_LABEL.findall(text) if _PLAIN_LABELS.fullmatch(text) else _unusual(text)
    labels = dict(pairs)
    if len(labels) < len(pairs):
        raise ValueError(f"`{_short(text)}` has a label twice")
    return labels


def _unusual(text: str) -> list[tuple[str, str]]:
    pairs, position = [], 0
    while text[position:].strip(" \t"):
        found = _LABEL.match(text, position)
        if not found or (found[1] and found[3] is None):
            raise ValueError(f'`{_short(text[position:])}` is not `label="value"`')
        name = found[1] or _unquoted(found[2])
        # A quoted text without a value is the metric's name, which may hold any character (Prometheus 3).
        pairs.append((name, _unquoted(found[3])) if found[3] else ("__name__", name))
        position = found.end()
    return pairs


def _unquoted(text: str) -> str:
    if text[:1] != '"':
        return text
    return _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], text[1:-1])


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
