"""PromQL over all services: recordings know their service, raw series get it as a label."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.plan.signals import Matcher, Series
from mlmon.promql.quantities import Renderer
from mlmon.promql.text import string
from mlmon.targets.grafana.drawing import Query
from mlmon.targets.grafana.queries import RATE_INTERVAL, SERVICE_CHOSEN, Queries, guard, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlmon.plan.model import Outputs
    from mlmon.targets.grafana.across import Member

_SPECIAL: Final = re.compile(r"[\\.+*?()|\[\]{}^$]")
SHOWN: Final = "mlmon_shown"
"""Label that marks the services which the page's variable names; no series of anybody has it."""


@dataclass(frozen=True)
class United:
    """Asks one thing of many services. `filters` are canonical labels with a variable of the same name."""

    outputs: Outputs
    filters: frozenset[str] = frozenset()

    def queries(self, line: Sequence[Member]) -> list[Query]:
        """Return the targets of a line: one for all members whose metrics call their labels alike."""
        found: dict[str, list[Member]] = {}
        for member in line:
            found.setdefault(self._legend(member, line), []).append(member)
        return [self.query(self.expr(members), legend) for legend, members in found.items()]

    def table(self, line: Sequence[Member], labels: Sequence[str], worst: str) -> Query:
        """Return a target with one sample per service and value of the canonical `labels`, of several the `worst`."""
        by = ", ".join(("service", *labels))
        expr = f"{worst} by ({by}) (\n{self.expr(line, labels)}\n)"
        return Query(expr, instant=True, format="table", min_step=self._step(expr))

    def expr(self, line: Sequence[Member], labels: Sequence[str] = (), *, choose: bool = True) -> str:
        """Return the series of all members with the label `service`; `labels` are renamed to their canonical names."""
        records = {recording.record for member in line if (recording := member.service.recorded(member.quantity))}
        if len(records) == 1 and all(member.service.recorded(member.quantity) for member in line):
            chosen = SERVICE_CHOSEN if choose else 'service!=""'
            return self._renamed(f"{records.pop()}{{{chosen}}}", line[0], labels)
        terms = [self._term(member, labels, line) for member in line]
        return of_choice(union(terms)) if choose else union(terms)

    def query(self, expr: str, legend: str = "") -> Query:
        """Return a target over the page's time range."""
        return Query(expr, legend, min_step=self._step(expr))

    def _step(self, expr: str) -> str:
        return str(self.outputs.scrape_interval) if RATE_INTERVAL in expr else ""

    def _legend(self, member: Member, line: Iterable[Member]) -> str:
        plain = Queries(member.service, self.outputs).legend(member.quantity, member.series.legend)
        component = " {{component}}" if _is_twice(member, line) else ""
        return " ".join(part for part in (f"{{{{service}}}}{component}", plain) if part)

    def _term(self, member: Member, labels: Sequence[str], line: Iterable[Member]) -> str:
        expr = Queries(member.service, self.outputs, self.filters).expr(member.quantity)
        text = _label(self._renamed(expr, member, labels), "service", member.service.name)
        return _label(text, "component", member.panel.component) if _is_twice(member, line) else text

    def _renamed(self, expr: str, member: Member, labels: Sequence[str]) -> str:
        names = dict(zip(member.quantity.by, Renderer(member.service).labels(member.quantity), strict=True))
        for label in labels:
            if names.get(label, label) != label:
                expr = f'label_replace({expr}, "{label}", "$1", "{names[label]}", "(.*)")'
        return expr


def common(series: Sequence[Series]) -> Series:
    """Return a selector that finds the series of all of these, and of others as few as one selector can."""
    first = series[0]
    kept = []
    for matcher in first.matchers:
        same = [other for one in series for other in one.matchers if other.label == matcher.label]
        if len(same) == len(series) and all(other.op in {"=", "=~"} for other in same):
            values = list(dict.fromkeys(_pattern(other) for other in same))
            one = len(set(same)) == 1
            kept.append(matcher if one else Matcher(matcher.label, "=~", "|".join(f"(?:{value})" for value in values)))
    return Series(first.metric, tuple(kept))


def _pattern(matcher: Matcher) -> str:
    return matcher.value if matcher.op == "=~" else _SPECIAL.sub(r"\\\g<0>", matcher.value)


def _label(expr: str, label: str, value: str) -> str:
    # In label_replace a dollar refers to a group of the regular expression.
    return f'label_replace({expr}, "{label}", {guard(string(value.replace("$", "$$")))}, "", "")'


def _is_twice(member: Member, line: Iterable[Member]) -> bool:
    return Counter(other.service.name for other in line)[member.service.name] > 1


def of_choice(series: str) -> str:
    """Keep the services that the variable names: a label that is made up cannot be selected, only be joined on."""
    marked = f'label_replace(\n{series},\n"{SHOWN}", "yes", "service", "$service")'
    return f'{marked}\nand on ({SHOWN}) label_replace(vector(1), "{SHOWN}", "yes", "", "")'
