"""Label sets that a selector matches, and those that it does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mlmon.targets.proofs.regex import examples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlmon.plan.signals import Matcher, Series

_OTHERS: Final = ("", "other", "1")


class UnknownInputError(ValueError):
    """No input is known that would make a condition true; the message says why."""


def accepts(matcher: Matcher, value: str) -> bool:
    """Tell whether a matcher lets a label value pass; a label that is missing has the value ""."""
    match matcher.op:
        case "=":
            return value == matcher.value
        case "!=":
            return value != matcher.value
        case "=~":
            return bool(re.fullmatch(matcher.value, value))
        case _:
            return not re.fullmatch(matcher.value, value)


def selects(series: Series, labels: Mapping[str, str]) -> bool:
    """Tell whether the matchers of a selector let a label set pass."""
    return all(accepts(matcher, labels.get(matcher.label, "")) for matcher in series.matchers)


def inside(series: Series, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return labels that a selector matches, with the `wanted` ones where it leaves a choice.

    Raises UnknownInputError where a regular expression is beyond what can be inverted.
    """
    found = dict(wanted)
    for label in dict.fromkeys(matcher.label for matcher in series.matchers):
        rules = [matcher for matcher in series.matchers if matcher.label == label]
        found[label] = _first(rules, [*_given(wanted, label), *_texts(rules), *_OTHERS])
    return {label: value for label, value in found.items() if value}


def outside(whole: Series, part: Series, wanted: Mapping[str, str]) -> dict[str, str] | None:
    """Return labels that `whole` matches and `part` does not; None where `part` is all of `whole`."""
    for matcher in part.matchers:
        if matcher in whole.matchers:
            continue
        rules = [item for item in whole.matchers if item.label == matcher.label]
        for value in ("other", *examples(matcher.value), "", *_texts(rules)):
            fits = all(accepts(rule, value) for rule in rules)
            if fits and not accepts(matcher, value):
                base = inside(whole, wanted)
                return {label: text for label, text in {**base, matcher.label: value}.items() if text}
    return None


def _given(wanted: Mapping[str, str], label: str) -> Iterator[str]:
    if label in wanted:
        yield wanted[label]


def _texts(rules: Iterable[Matcher]) -> Iterator[str]:
    for rule in rules:
        if rule.op == "=":
            yield rule.value
        elif rule.op == "=~":
            yield from examples(rule.value)


def _first(rules: list[Matcher], candidates: Iterable[str]) -> str:
    for value in candidates:
        if all(accepts(rule, value) for rule in rules):
            return value
    shown = ", ".join(f"{rule.label}{rule.op}{rule.value}" for rule in rules)
    raise UnknownInputError(f"no label value is known that {shown} lets pass")
