"""Reads PromQL that a spec gives for an SLO: a plain selector becomes a series, all else is refused with a reason."""

from __future__ import annotations

from typing import Any

from mlmon import syntax
from mlmon.plan.signals import Matcher, Op, Series

_OPS: dict[str, Op] = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


class SelectorError(ValueError):
    """Text that is not what is asked for; the message says why."""


def read_selector(text: str) -> Series:
    """Read `requests_total{job="x"}`. Raises SelectorError for functions, ranges, offsets and syntax errors."""
    import promql_parser

    parsed = _parsed(text)
    if not isinstance(parsed, promql_parser.VectorSelector) or parsed.offset or parsed.at or not parsed.name:
        raise SelectorError('it is not a plain selector such as requests_total{job="x"}')
    if parsed.matchers.or_matchers:
        raise SelectorError("matchers joined by `or` are not supported")
    return series_of(parsed)


def series_of(selector: Any) -> Series:
    """Return what a parsed vector selector selects, at whatever time; of matchers joined by `or`, the first ones."""
    matchers = (
        Matcher(item.name, _OPS[str(item.op).rpartition(".")[2]], item.value) for item in selector.matchers.matchers
    )
    return Series(selector.name or "", tuple(matchers))


def check_vector(text: str) -> None:
    """Check that an expression parses to an instant vector or a scalar. Raises SelectorError."""
    import promql_parser

    parsed = _parsed(text)
    if isinstance(parsed, promql_parser.MatrixSelector | promql_parser.StringLiteral):
        raise SelectorError("it is a range or a text, not a number for each moment")


def _parsed(text: str) -> Any:
    tree = syntax.parsed(text)
    if isinstance(tree, str):
        raise SelectorError(f"it does not parse: {tree}")
    return tree


def is_subset(part: Series, whole: Series) -> bool:
    """Tell whether `part` selects only series of `whole`; of another metric this cannot be seen and is believed."""
    return part.metric != whole.metric or set(whole.matchers) <= set(part.matchers)
