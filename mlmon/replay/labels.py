"""Labels for the series of a metric: such that every signal that reads the metric finds its own."""

from __future__ import annotations

import re
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.signals import Matcher, Series, Signal

OLD, NEW = "v12", "v13"
"""The version that serves, and the one that an incident rolls out."""
_VALUES: Final = {
    "version": (OLD, NEW),
    "gpu": ("0", "1"),
    "feature": ("amount", "country"),
    "class": ("no", "yes"),
}
_REST: Final = ("2xx", "ok", "other", "rest")
"""Offered for a label by which a narrower signal tells its series apart, such as `status`."""

Reader = tuple["Signal", "Series"]


def label_sets(readers: list[Reader], instances: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the label sets of one metric, so that each reader finds some and a wider reader more than a narrow one."""
    keys: dict[str, list[str]] = {}
    for signal, series in readers:
        for matcher in series.matchers:
            keys.setdefault(matcher.label, [])
        for canonical, label in dict(signal.prometheus.labels).items() if signal.prometheus else ():
            keys.setdefault(label, list(instances if label == "instance" else _VALUES.get(canonical, (canonical,))))
    keys.setdefault("instance", list(instances))
    keys.setdefault("job", ["exporter"])
    for label, values in keys.items():
        _fill(values, [_on(series, label) for _, series in readers])
    sets: list[dict[str, str]] = [{}]
    for label, values in keys.items():
        sets = [{**labels, label: value} for labels in sets for value in values]
    return [labels for labels in sets if any(reads(series, labels) for _, series in readers)]


def reads(series: Series, labels: dict[str, str]) -> bool:
    """Tell whether a signal's series have these labels."""
    return all(accepts([matcher], labels.get(matcher.label, "")) for matcher in series.matchers)


def closest(readers: list[Reader], labels: dict[str, str]) -> Signal:
    """Return the narrowest reader of a label set: errors rather than requests."""
    fitting = [(signal, series) for signal, series in readers if reads(series, labels)]
    return max(fitting, key=lambda item: (len(item[1].matchers), -_width(item[0])))[0]


def accepts(matchers: Iterable[Matcher], value: str) -> bool:
    """Tell whether a value satisfies all matchers of its label."""
    for matcher in matchers:
        found = bool(re.fullmatch(matcher.value, value)) if "~" in matcher.op else matcher.value == value
        if found == matcher.op.startswith("!"):
            return False
    return True


def example(matchers: list[Matcher]) -> str | None:
    """Return a value that all matchers accept; None where none of the obvious ones does."""
    tried = [matcher.value for matcher in matchers if matcher.op == "="]
    tried += [_shortest(parser.parse(matcher.value)) for matcher in matchers if matcher.op == "=~"]
    return next((value for value in (*tried, *_REST, "x1") if accepts(matchers, value)), None)


def _width(signal: Signal) -> int:
    return len(signal.prometheus.series) if signal.prometheus else 0


def _on(series: Series, label: str) -> list[Matcher]:
    return [matcher for matcher in series.matchers if matcher.label == label]


def _fill(values: list[str], wanted: list[list[Matcher]]) -> None:
    judged = [matchers for matchers in wanted if matchers]
    if not judged:
        return
    kept = [value for value in values if any(accepts(matchers, value) for matchers in judged)]
    for matchers in judged:
        if not any(accepts(matchers, value) for value in kept):
            found = example(matchers)
            kept += [] if found is None else [found]
    if len(judged) < len(wanted):
        offered = [*_REST, *(excluded for matchers in judged for excluded in _refused(matchers))]
        kept += [value for value in offered if not any(accepts(one, value) for one in judged)][:1]
    values[:] = list(dict.fromkeys(kept))


def _refused(matchers: list[Matcher]) -> list[str]:
    excluded = [matcher.value for matcher in matchers if matcher.op == "!="]
    return excluded + [_shortest(parser.parse(matcher.value)) for matcher in matchers if matcher.op == "!~"]


def _shortest(parsed: Any) -> str:
    """Follow the first branch of a regular expression everywhere, with as few repetitions as it allows."""
    text = ""
    for operation, argument in parsed:
        if operation is code.LITERAL:
            text += chr(argument)
        elif operation is code.BRANCH:
            text += _shortest(argument[1][0])
        elif operation is code.SUBPATTERN:
            text += _shortest(argument[3])
        elif operation in (code.MAX_REPEAT, code.MIN_REPEAT):
            text += _shortest(argument[2]) * max(argument[0], 1 if argument[1] else 0)
        elif operation is code.IN:
            text += _member(argument[0])
        elif operation is not code.AT:
            text += "x"
    return text


def _member(choice: Any) -> str:
    operation, argument = choice
    if operation is code.LITERAL:
        return chr(argument)
    if operation is code.RANGE:
        return chr(argument[0])
    return "0" if argument is code.CATEGORY_DIGIT else "x"
