"""Fills a component's parameters into a pack's matchers and texts, where they stand as `%(name)s`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mlmon.plan.signals import Matcher, Op

if TYPE_CHECKING:
    from mlmon.packs.model import Matcher as MatcherEntry

_PARAMETER: Final = re.compile(r"%\((\w+)\)s")
_REGEX_SPECIAL: Final = re.compile(r"([\\.+*?()|\[\]{}^$])")


def _raw(matcher: MatcherEntry) -> tuple[Op, str]:
    for op, value in (("=", matcher.equals), ("=~", matcher.regex), ("!=", matcher.not_), ("!~", matcher.not_regex)):
        if value is not None:
            return op, value  # type: ignore[return-value]
    raise AssertionError("the model demands one of them")


def is_filled(matcher: MatcherEntry, values: dict[str, str]) -> bool:
    """Tell whether every parameter of a matcher is given; one on a parameter that is left out is left out with it."""
    return filled(_raw(matcher)[1], values) is not None


def filled(text: str | int | None, values: dict[str, str]) -> str | int | None:
    """Fill the parameters in, such as another one's value in a default; None where one of them is not given."""
    if not isinstance(text, str):
        return text
    return text % values if set(_PARAMETER.findall(text)) <= values.keys() else None


def fill_matcher(label: str, entry: MatcherEntry, values: dict[str, str]) -> Matcher:
    """Return the matcher with parameters filled in; inside a regular expression they match themselves only."""
    op, text = _raw(entry)
    if not values:
        return Matcher(label, op, text)
    quoted = {key: _REGEX_SPECIAL.sub(r"\\\1", value) for key, value in values.items()} if "~" in op else values
    return Matcher(label, op, text % quoted)
