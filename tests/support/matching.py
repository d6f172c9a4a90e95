"""Label values that Prometheus matchers accept, and one that they do."""

import re
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from mlmon.plan.signals import Matcher


def accepts(matchers: list[Matcher], value: str) -> bool:
    """Tell whether a label value satisfies all matchers; a regular expression has to match it whole."""
    for matcher in matchers:
        found = bool(re.fullmatch(matcher.value, value)) if "~" in matcher.op else matcher.value == value
        if found == matcher.op.startswith("!"):
            return False
    return True


def example(matchers: list[Matcher]) -> str:
    """A value that all matchers accept. Raises AssertionError where none of the obvious ones does."""
    tried = [matcher.value for matcher in matchers if matcher.op == "="]
    tried += [_sample(parser.parse(matcher.value)) for matcher in matchers if matcher.op == "=~"]
    tried += ["some", "other", "x1"]
    for value in tried:
        if accepts(matchers, value):
            return value
    raise AssertionError(f"no value for {matchers}")


def refused(matchers: list[Matcher]) -> list[str]:
    """Values that negative matchers exclude."""
    found = [matcher.value for matcher in matchers if matcher.op == "!="]
    return found + [_sample(parser.parse(matcher.value)) for matcher in matchers if matcher.op == "!~"]


def _sample(parsed: Any) -> str:
    """The shortest text that follows the first branch of a parsed regular expression everywhere."""
    text = ""
    for operation, argument in parsed:
        if operation is code.LITERAL:
            text += chr(argument)
        elif operation is code.BRANCH:
            text += _sample(argument[1][0])
        elif operation is code.SUBPATTERN:
            text += _sample(argument[3])
        elif operation in (code.MAX_REPEAT, code.MIN_REPEAT):
            text += _sample(argument[2]) * max(argument[0], 1 if argument[1] else 0)
        elif operation is code.IN:
            text += _of_class(argument)
        elif operation is not code.AT:
            text += "x"
    return text


def _of_class(choices: Any) -> str:
    operation, argument = choices[0]
    if operation is code.LITERAL:
        return chr(argument)
    if operation is code.RANGE:
        return chr(argument[0])
    return "0" if argument is code.CATEGORY_DIGIT else "x"
