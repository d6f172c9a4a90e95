"""PromQL that specs write by hand, with its syntax trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlmon.plan.conditions import Written
from mlmon.plan.slo import Computed
from mlmon.promql.tree import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.diagnostics import Place
    from mlmon.lint.context import Context
    from mlmon.plan.model import Alert


class Expression(NamedTuple):
    """The root of an expression, what it belongs to in words, and where it stands."""

    owner: str
    place: Place
    root: Any


def written(context: Context) -> Iterator[tuple[Alert, Any]]:
    """Yield every alert that is written in PromQL with the root of its expression."""
    for alert in context.plan.alerts:
        root = tree(alert.condition.expr) if isinstance(alert.condition, Written) else None
        if root is not None:
            yield alert, root


def expressions(context: Context) -> Iterator[Expression]:
    """Yield the expressions of those alerts, and those from which an SLO takes its error ratio."""
    for alert, root in written(context):
        yield Expression(alert.name, alert.origin, root)
    for service, spec in context.services():
        for slo in service.slos:
            where = next((("slos", index) for index, item in enumerate(spec.model.slos) if item.name == slo.name), ())
            texts = vars(slo.indicator) if isinstance(slo.indicator, Computed) else {}
            for key in ("ratio", "weight"):
                root = tree(texts[key]) if texts.get(key) else None
                if root is not None:
                    yield Expression(f"the SLO {slo.name}", spec.document.locate((*where, key)), root)
