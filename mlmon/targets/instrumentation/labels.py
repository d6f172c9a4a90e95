"""Which labels a service's code sets, and to which values; the others come from the target that is scraped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlmon.plan.model import Component, ServicePlan
    from mlmon.plan.signals import Matcher, Signal

_OF_TARGETS: Final = frozenset({"instance", "job"})
"""Attached by Prometheus at each scrape: prometheus.io/docs/concepts/jobs_instances."""
_RENAMED: Final = "exported_"
"""What a label of a metric is called when the target has one of that name and honor_labels is off."""
WORDS: Final = (
    "success",
    "error",
    "rejected",
    "fallback",
    "ok",
    "200",
    "500",
    "400",
    "2xx",
    "5xx",
    "4xx",
    "true",
    "false",
)
"""Values that metrics commonly have for the outcome of a request; tried where a matcher is not an equality."""


@dataclass(frozen=True)
class Value:
    """What a label is set to: a fixed text, the model's version, the outcome of a call, or what the caller gives."""

    kind: Literal["fixed", "version", "outcome", "given"]
    text: str = ""


@dataclass(frozen=True)
class Labels:
    """The labels of one component's metrics."""

    service: ServicePlan
    component: Component
    signals: tuple[Signal, ...]

    def own(self, signal: Signal) -> tuple[Matcher, ...]:
        """Return the matchers that a signal's metric has to satisfy by itself."""
        found = signal.prometheus.series[0].matchers if signal.prometheus else ()
        return (*self.shared, *found[len(self.component.selector) :])

    @property
    def shared(self) -> tuple[Matcher, ...]:
        """Matchers of the component's selector on a label that its metrics have, such as model_name."""
        bound = {
            label
            for signal in self.signals
            for _, label in (signal.prometheus.labels if signal.prometheus else ())
            if label not in _OF_TARGETS
        }
        return tuple(matcher for matcher in self.component.selector if matcher.label in bound)

    @property
    def of_targets(self) -> tuple[Matcher, ...]:
        """The rest of the selector: labels that the scrape has to attach."""
        return tuple(matcher for matcher in self.component.selector if matcher not in self.shared)

    def names(self, members: Sequence[Signal]) -> tuple[str, ...]:
        """Return the labels of a metric that these signals are read from."""
        matched = [matcher.label for signal in members for matcher in self.own(signal)]
        outside = _OF_TARGETS | {matcher.label for matcher in self.of_targets}
        bound = [
            label
            for signal in members
            for _, label in (signal.prometheus.labels if signal.prometheus else ())
            if label in matched or label not in outside
        ]
        return tuple(dict.fromkeys((*bound, *matched)))

    def value(self, signal: Signal, label: str) -> Value | None:
        """Return what a signal's label is set to, or None where no value is known that its matchers select."""
        matchers = [matcher for matcher in self.own(signal) if matcher.label == label]
        if matchers:
            found = witness(matchers, ())
            return None if found is None else Value("fixed", found)
        canonical = {metric: name for name, metric in (signal.prometheus.labels if signal.prometheus else ())}
        if canonical.get(label) == "version":
            return Value("version")
        if canonical.get(label) == "model":
            return Value("fixed", self.service.model or self.service.name)
        return Value("given", canonical.get(label, label))


def in_code(label: str) -> str:
    """Return what the code calls a label that a scrape may have renamed."""
    return label.removeprefix(_RENAMED)


def witness(wanted: Iterable[Matcher], unwanted: Iterable[Sequence[Matcher]], *first: str) -> str | None:
    """Return a value that satisfies all wanted matchers and none of the unwanted sets of them, if one is known."""
    matchers = list(wanted)
    others = [list(group) for group in unwanted]
    equal = [matcher.value for matcher in matchers if matcher.op == "="]
    for value in (*equal, *first, *WORDS):
        if value and _satisfies(value, matchers) and not any(_satisfies(value, group) for group in others):
            return value
    return None


def _satisfies(value: str, matchers: Iterable[Matcher]) -> bool:
    return all(_matches(matcher, value) for matcher in matchers)


def _matches(matcher: Matcher, value: str) -> bool:
    if matcher.op in ("=", "!="):
        return (matcher.value == value) == (matcher.op == "=")
    try:
        found = re.fullmatch(matcher.value, value) is not None
    except re.error:
        return False
    return found == (matcher.op == "=~")
