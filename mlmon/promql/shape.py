"""Works out which labels the series of an expression carry, as far as the text alone tells.

After https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from mlmon.promql.tree import bare, children, fixed, kind

_KEEPING_AGGREGATIONS: Final = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_SCALARS: Final = frozenset({"scalar", "time", "pi"})
_FILTERS: Final = frozenset({"and", "unless", "==", "!=", ">", "<", ">=", "<="})


@dataclass(frozen=True)
class Shape:
    """`names`: the only labels there can be (None: unknown); `values`: labels that have this value for certain."""

    names: frozenset[str] | None = None
    values: dict[str, str] = field(default_factory=dict)

    def only(self, labels: frozenset[str]) -> Shape:
        """Keep these labels alone."""
        names = labels if self.names is None else self.names & labels
        return Shape(names, {name: value for name, value in self.values.items() if name in labels})

    def without(self, labels: frozenset[str]) -> Shape:
        """Take these labels away."""
        names = None if self.names is None else self.names - labels
        return Shape(names, {name: value for name, value in self.values.items() if name not in labels})


def shape(node: Any) -> Shape:
    """Return what is known about the labels of a node's series; the metric name is not a label here."""
    if kind(node) in {"ParenExpr", "UnaryExpr", "SubqueryExpr", "MatrixSelector"}:
        return shape(children(node)[0])
    known = {"VectorSelector": _selected, "AggregateExpr": _aggregated, "Call": _called, "BinaryExpr": _combined}
    found = known.get(kind(node))
    return found(node) if found else Shape(frozenset())


def _selected(node: Any) -> Shape:
    return Shape(None, fixed(node)).without(frozenset({"__name__"}))


def _aggregated(node: Any) -> Shape:
    inner, operator = shape(node.expr), str(node.op)
    if operator in _KEEPING_AGGREGATIONS:
        return inner
    if operator == "count_values":
        return Shape()
    if node.modifier is None:
        return Shape(frozenset())
    labels = frozenset(node.modifier.labels)
    return inner.only(labels) if str(node.modifier.type).endswith("By") else inner.without(labels)


def _called(node: Any) -> Shape:
    name = node.func.name
    if name == "vector" or name in _SCALARS:
        return Shape(frozenset())
    vectors = [argument for argument in node.args if kind(argument) not in {"NumberLiteral", "StringLiteral"}]
    if not vectors:
        return Shape()
    inner = shape(vectors[0])
    if name in {"absent", "absent_over_time"}:
        return Shape(frozenset(inner.values), inner.values)
    if name in {"label_replace", "label_join"}:
        return Shape(None, inner.without(frozenset({str(node.args[1].val)})).values)
    return inner.without(frozenset({"le"})) if name == "histogram_quantile" else inner


def _combined(node: Any) -> Shape:
    left, right, modifier = shape(node.lhs), shape(node.rhs), node.modifier
    if is_scalar(node.lhs):
        return right
    if is_scalar(node.rhs) or str(node.op) in _FILTERS:
        return left
    if str(node.op) == "or" or (modifier is not None and modifier.group_labels is not None):
        return Shape()
    left, right = matched(node, left), matched(node, right)
    both = Shape(None, left.values | right.values)
    for side in (left, right):
        both = both if side.names is None else both.only(side.names)
    return both


def is_scalar(node: Any) -> bool:
    """Tell whether a node is a number rather than series, so that nothing has to match."""
    node = bare(node)
    if kind(node) == "Call":
        return node.func.name in _SCALARS
    if kind(node) in {"BinaryExpr", "UnaryExpr"}:
        return all(is_scalar(child) for child in children(node))
    return kind(node) == "NumberLiteral"


def matched(node: Any, side: Shape) -> Shape:
    """Return the labels of one side of a binary node by which it is matched with the other."""
    matching = node.modifier.matching if node.modifier is not None else None
    if matching is None:
        return side
    labels = frozenset(matching.labels)
    return side.only(labels) if str(matching.type).endswith("Include") else side.without(labels)


def conflict(node: Any) -> str:
    """Return why no series of one side can match one of the other; empty where they may."""
    if str(node.op) == "or" or is_scalar(node.lhs) or is_scalar(node.rhs):
        return ""
    left, right = matched(node, shape(node.lhs)), matched(node, shape(node.rhs))
    for name in sorted(left.values.keys() & right.values.keys()):
        if left.values[name] != right.values[name]:
            return f'`{name}` is "{left.values[name]}" on the left and "{right.values[name]}" on the right'
    for side, other, words in ((left, right, ("left", "right")), (right, left, ("right", "left"))):
        missing = sorted(name for name in side.values if other.names is not None and name not in other.names)
        if missing:
            return f"only the {words[0]} side has the label `{missing[0]}`; the {words[1]} one aggregates it away"
    if left.names is not None and right.names is not None and left.names != right.names:
        return f"the left side has {_listed(left.names)}, the right one {_listed(right.names)}"
    return ""


def _listed(names: frozenset[str]) -> str:
    return f"the labels ({', '.join(sorted(names))})" if names else "no labels"
