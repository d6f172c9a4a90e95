"""Reads the syntax tree of an expression, for rules about PromQL that people wrote by hand.

Nodes are told apart by the name of their class, so that the parser is imported only where there is something to parse.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from mlmon.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH: Final = 100
"""Deeper expressions are not judged; nobody writes them by hand, and walking them takes recursion."""

COMPARISONS: Final = frozenset({"==", "!=", ">", "<", ">=", "<="})
RATES: Final = frozenset({"rate", "irate", "increase"})

_CHILDREN: Final = {
    "BinaryExpr": ("lhs", "rhs"),
    "AggregateExpr": ("expr", "param"),
    "ParenExpr": ("expr",),
    "UnaryExpr": ("expr",),
    "SubqueryExpr": ("expr",),
    "MatrixSelector": ("vector_selector",),
}


@lru_cache(maxsize=1024)
def tree(expression: str) -> Any | None:
    """Return the root of an expression, or None where it does not parse or is nested too deeply."""
    root = parsed(expression)
    return None if isinstance(root, str) or _is_deep(root) else root


def _is_deep(root: Any) -> bool:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
    return bool(level)


def kind(node: Any) -> str:
    """Return the name of a node's class, such as `BinaryExpr`."""
    return type(node).__name__


def children(node: Any) -> list[Any]:
    """Return the expressions directly below a node, left to right."""
    if kind(node) == "Call":
        return list(node.args)
    return [child for name in _CHILDREN.get(kind(node), ()) if (child := getattr(node, name)) is not None]


def nodes(root: Any) -> Iterator[Any]:
    """Yield a node and everything below it, from the top down and left to right."""
    yield root
    for child in children(root):
        yield from nodes(child)


def calls(root: Any, names: frozenset[str]) -> Iterator[Any]:
    """Yield the calls of functions with one of these names."""
    return (node for node in nodes(root) if kind(node) == "Call" and node.func.name in names)


def bare(node: Any) -> Any:
    """Return a node without the parentheses around it."""
    while kind(node) == "ParenExpr":
        node = node.expr
    return node


def number(node: Any) -> float | None:
    """Return the value of a number, negative ones included; None for anything else."""
    node = bare(node)
    if kind(node) == "UnaryExpr":
        inner = number(node.expr)
        return None if inner is None else -inner
    return float(node.val) if kind(node) == "NumberLiteral" else None


def metric(selector: Any) -> str:
    """Return the metric name of a vector selector; empty where it is not one exact name."""
    return str(selector.name or fixed(selector).get("__name__", ""))


def fixed(selector: Any) -> dict[str, str]:
    """Return the labels that a vector selector's matchers pin to one non-empty value."""
    return {item.name: item.value for item in _matchers(selector) if _op(item) == "Equal" and item.value}


def patterns(selector: Any) -> dict[str, str]:
    """Return the regular expressions that labels of a vector selector have to match."""
    return {item.name: item.value for item in _matchers(selector) if _op(item) == "Re"}


def matchers(selector: Any) -> frozenset[tuple[str, str, str]]:
    """Return all matchers of a vector selector as (label, kind, value)."""
    return frozenset((item.name, _op(item), item.value) for item in _matchers(selector))


def _matchers(selector: Any) -> list[Any]:
    return list(selector.matchers.matchers)


def _op(matcher: Any) -> str:
    return str(matcher.op).rpartition(".")[2]


def is_comparison(node: Any, *, filtering: bool = False) -> bool:
    """Tell whether a node compares; `filtering` leaves out `bool`, which answers 0 or 1 instead of nothing."""
    if kind(node) != "BinaryExpr" or str(node.op) not in COMPARISONS:
        return False
    return not (filtering and node.modifier is not None and node.modifier.return_bool)


def against_number(node: Any) -> tuple[Any, str, float] | None:
    """Return (expression, operator, number) of a comparison with a number, turned so that the number is last."""
    if not is_comparison(node):
        return None
    left, right = number(node.lhs), number(node.rhs)
    if right is not None and left is None:
        return bare(node.lhs), str(node.op), right
    if left is not None and right is None:
        return bare(node.rhs), str(node.op).translate(str.maketrans("<>", "><")), left
    return None
