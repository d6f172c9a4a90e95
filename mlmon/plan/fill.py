"""Fills a component's parameters into a pack's matchers and texts, where they stand as `%(name)s`."""

from __future__ import annotations

import re
from decimal import Decimal
from math import prod
from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.signals import Matcher, Op

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlmon.packs.signals import Matcher as MatcherEntry

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
    return fill(text, values) if set(_PARAMETER.findall(text)) <= values.keys() else None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the parameters that are given in; any other percent sign stands for itself, since specs write texts too."""
    return _PARAMETER.sub(lambda found: values.get(found[1], found[0]), text)


def fill_matcher(label: str, entry: MatcherEntry, values: dict[str, str]) -> Matcher:
    """Return the matcher with parameters filled in; inside a regular expression they match themselves only."""
    op, text = _raw(entry)
    if not values:
        return Matcher(label, op, text)
    quoted = {key: _REGEX_SPECIAL.sub(r"\\\1", value) for key, value in values.items()} if "~" in op else values
    return Matcher(label, op, fill(text, quoted))


def fill_value(entry: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Fill parameters into the options of a quantity, such as `window: "%(max_age)s"`.

    An option whose parameter is not given is left out, and the quantity does without it.
    """
    filled_in = {key: filled(value, dict(values)) for key, value in entry.items()}
    return {key: value for key, value in filled_in.items() if value is not None}


def product(parameters: list[str], values: dict[str, str]) -> Decimal | None:
    """Return the product of number parameters, 1 of none; None where one of them is not given."""
    given = [values[name] for name in parameters if name in values]
    return prod(map(Decimal, given), start=Decimal(1)) if len(given) == len(parameters) else None
