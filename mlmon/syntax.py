"""Parses PromQL in the process, for checks that must work where promtool is absent."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

MAX_LENGTH: Final = 5000
"""The parser recurses in native code: a chain of some thousand operators overflows the stack of the process."""


@lru_cache(maxsize=4096)
def parsed(expression: str) -> Any:
    """Return the root of an expression's syntax tree, or a text that says what is wrong with it."""
    import promql_parser

    if len(expression) > MAX_LENGTH:
        return f"it is longer than {MAX_LENGTH} characters"
    try:
        return promql_parser.parse(expression)
    except ValueError as error:
        return str(error) or "the expression does not parse"


def check(expression: str) -> str | None:
    """Return what is wrong with an expression, or None when it parses."""
    root = parsed(expression)
    return root if isinstance(root, str) else None
