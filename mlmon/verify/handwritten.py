"""Whether Prometheus has the series that PromQL of the spec's own reads. A page cannot tell: it is one of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.plan.conditions import Written
from mlmon.plan.selectors import series_of
from mlmon.plan.signals import Series
from mlmon.plan.slo import Computed
from mlmon.promql.tree import kind, nodes, tree
from mlmon.verify.hints import nearest
from mlmon.verify.model import Problem
from mlmon.verify.subject import written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlmon.diagnostics import Place
    from mlmon.plan.model import ServicePlan
    from mlmon.plan.signals import Matcher
    from mlmon.verify.source import Source

_MADE: Final = ("service:", "slo:", "ALERTS")
"""Series that exist only once the rules are loaded."""
_SHOWN: Final = 3


@dataclass(frozen=True)
class Rule:
    """An alert or SLO with its PromQL."""

    name: str
    expressions: tuple[str, ...]
    origin: Place


def rules(service: ServicePlan) -> list[Rule]:
    """Return the rules of a service whose PromQL is written by hand, each once."""
    found = {
        f"alert {alert.name}": Rule(f"alert {alert.name}", (alert.condition.expr,), alert.origin)
        for alert in service.alerts
        if isinstance(alert.condition, Written)
    }
    for slo in service.slos:
        if isinstance(slo.indicator, Computed):
            expressions = tuple(filter(None, (slo.indicator.ratio, slo.indicator.weight)))
            found[f"SLO {slo.name}"] = Rule(f"SLO {slo.name}", expressions, slo.origin)
    return [found[name] for name in sorted(found)]


def problems(service: ServicePlan, source: Source) -> Iterator[Problem]:
    """Yield a warning for each selector that selects nothing: `absent` and `or` may mean it so."""
    for rule in rules(service):
        for series in dict.fromkeys(_read(rule)):
            if not source.count(series):
                yield _unlabelled(rule, series, source) or _absent(rule, series, source)


def _read(rule: Rule) -> Iterator[Series]:
    for expression in rule.expressions:
        root = tree(expression)
        selectors = (node for node in nodes(root) if kind(node) == "VectorSelector") if root is not None else ()
        for selector in selectors:
            if selector.name and not selector.name.startswith(_MADE) and not selector.matchers.or_matchers:
                yield series_of(selector)


def _absent(rule: Rule, series: Series, source: Source) -> Problem:
    near = nearest(series.metric, set(source.names(())))
    advice = f'did you mean "{near}"? correct it there' if near else "correct it there, or let Prometheus scrape it"
    return _problem("verify-absent", rule, series, "there is no metric ", advice)


def _unlabelled(rule: Rule, series: Series, source: Source) -> Problem | None:
    """The metric is there, but not with these labels."""
    whole = Series(series.metric, ())
    if not series.matchers or not source.count(whole):
        return None
    hints = (_instead(matcher, source.values(whole, matcher.label)) for matcher in series.matchers if matcher.op == "=")
    advice = next(filter(None, hints), "correct the matchers there")
    return _problem("verify-value", rule, series, f"there is no series with {written(series.matchers)} of ", advice)


def _instead(matcher: Matcher, values: Collection[str]) -> str:
    """Say what values a label has where it lacks the one that is asked for; a missing label has an empty one."""
    if matcher.value in values:
        return ""
    found = sorted(filter(None, values))
    shown = ", ".join(f'"{value}"' for value in found[:_SHOWN])
    more = " and others" if len(found) > _SHOWN else ""
    return f"{matcher.label} is {shown}{more}" if found else f"it has no label {matcher.label}"


def _problem(identifier: str, rule: Rule, series: Series, before: str, advice: str) -> Problem:
    return Problem(
        rule=identifier,
        metric=series.metric,
        before=before,
        after=f" (read by {rule.name}, whose PromQL is the spec's own)",
        advice=advice,
        place=rule.origin,
        severity=Severity.WARNING,
    )
