"""What a check has found: the state of every signal, and what is wrong as findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlmon.diagnostics import Place
    from mlmon.plan.signals import Signal
    from mlmon.verify.needs import Use

_NAMED: Final = 3


class State(StrEnum):
    """How a signal stands, the best first."""

    PRESENT = "present"
    UNSEEN = "not seen"
    """Its series appears with the first such event."""
    WRONG = "wrong"
    ABSENT = "absent"
    UNCHECKED = "not checked"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong with a metric; equal ones of several metrics are told once: `before` a, b and c `after`."""

    rule: str
    metric: str
    before: str = ""
    after: str
    advice: str
    place: Place
    severity: Severity
    state: State = State.WRONG


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One signal: how it stands, what its metric was found to be, and why it was not checked.

    `added` are labels of the rules' matchers that only the scrape will add, so that they were taken on trust.
    """

    signal: Signal
    uses: tuple[Use, ...]
    state: State
    kind: str = ""
    series: int = 0
    added: tuple[str, ...] = ()
    remark: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def is_required(self) -> bool:
        """Whether an SLO, an alert or a recording reads it."""
        return any(use.reader.is_rule for use in self.uses)


@dataclass(frozen=True)
class ComponentCheck:
    """One component; `found` is off where none of its metrics is on a page, and nobody asked for it by name."""

    name: str
    title: str
    found: bool
    signals: tuple[Checked, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class ServiceCheck:
    """One service; `by_hand` are rules in PromQL of its own that were not checked, `problems` those of such as were."""

    name: str
    components: tuple[ComponentCheck, ...]
    by_hand: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def every_problem(self) -> Iterator[Problem]:
        """Those of its components and signals, too."""
        for component in self.components:
            yield from component.problems
            yield from (problem for signal in component.signals for problem in signal.problems)
        yield from self.problems


@dataclass(frozen=True)
class Verified:
    """Everything that was looked at, in `source`."""

    source: str
    services: tuple[ServiceCheck, ...]
    findings: tuple[Finding, ...]

    @property
    def signals(self) -> tuple[Checked, ...]:
        """All signals of components that are there."""
        return tuple(
            item
            for service in self.services
            for component in service.components
            if component.found
            for item in component.signals
        )


def merged(problems: Iterable[Problem]) -> list[Finding]:
    """Make findings of problems; what is the same of several metrics becomes one."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for item in problems:
        key = (item.rule, item.before, item.after, item.advice, item.place, item.severity)
        groups.setdefault(key, []).append(item)
    return [
        Finding(
            rule=first.rule,
            message=f"{first.before}{_named([item.metric for item in group])}{first.after}",
            advice=first.advice,
            place=first.place,
            severity=first.severity,
        )
        for group in groups.values()
        for first in group[:1]
    ]


def _named(metrics: list[str]) -> str:
    names = list(dict.fromkeys(metrics))
    shown, more = names[:_NAMED], len(names) - _NAMED
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
