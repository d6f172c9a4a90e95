"""Parses PromQL in the process, for checks that must work where promtool is absent."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)
def check(expression: str) -> str | None:
    """Return what is wrong with an expression, or None when it parses."""
    import promql_parser

    try:
        promql_parser.parse(expression)
    except ValueError as error:
        return str(error) or "the expression does not parse"
    return None
