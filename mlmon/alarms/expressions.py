"""Metric math over the points of an evaluation, in the part of it that mlmon writes.

Numbers, ids, `+ - * /`, comparisons, AND, OR, IF, FILL and PERIOD. Where an operand has no point there is none in the
result, and none where a division by zero would be. What it does not know raises MathError.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

Points: TypeAlias = tuple[float | None, ...]
Value: TypeAlias = float | Points
"""A number, or one for each period, oldest first; None where there is no data."""


class MathError(ValueError):
    """An expression that is not understood."""


@dataclass(frozen=True)
class Scope:
    """What the names in an expression stand for, and the period of the metrics in seconds."""

    values: Mapping[str, Points]
    period: int


_TOKEN: Final = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]*)?)|([A-Za-z]\w*)|(&&|\|\||[<>=!]=|[-+*/()<>,]))", re.ASCII)
_LEVELS: Final[tuple[dict[str, Callable[[float, float], float]], ...]] = (
    {"OR": lambda a, b: float(bool(a) or bool(b))},
    {"AND": lambda a, b: float(bool(a) and bool(b))},
    {
        "<": lambda a, b: float(a < b),
        "<=": lambda a, b: float(a <= b),
        ">": lambda a, b: float(a > b),
        ">=": lambda a, b: float(a >= b),
        "==": lambda a, b: float(a == b),
        "!=": lambda a, b: float(a != b),
    },
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
)
"""Operators from the loosest to the tightest."""
_SYNONYMS: Final = {"&&": "AND", "||": "OR"}


def evaluate(expression: str, scope: Scope) -> Value:
    """Return the value of an expression. Raises MathError."""
    reader = _Reader([*_tokens(expression)], scope)
    value = reader.level(0)
    if reader.tokens:
        raise MathError(f"`{reader.tokens[0]}` is not expected in `{expression}`")
    return value


@lru_cache(maxsize=64)
def _tokens(expression: str) -> tuple[str, ...]:
    found, position = [], 0
    text = expression.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise MathError(f"`{text[position:].lstrip()}` is not understood")
        token = match[0].strip()
        found.append(_SYNONYMS.get(token, token))
        position = match.end()
    return tuple(found)


class _Reader:
    """Reads tokens from the left by recursive descent, computing as it goes."""

    def __init__(self, tokens: list[str], scope: Scope) -> None:
        self.tokens, self._scope = tokens, scope

    def level(self, number: int) -> Value:
        if number == len(_LEVELS):
            return self._operand()
        left = self.level(number + 1)
        while self.tokens and self.tokens[0] in _LEVELS[number]:
            compute = _LEVELS[number][self.tokens.pop(0)]
            left = _each(compute, left, self.level(number + 1))
        return left

    def _operand(self) -> Value:
        word = self._next()
        if word == "-":
            return _each(operator.neg, self._operand())
        if word == "(":
            value = self.level(0)
            self._expect(")")
            return value
        if word[0].isdigit():
            return float(word)
        if self.tokens and self.tokens[0] == "(":
            return self._function(word)
        if word not in self._scope.values:
            raise MathError(f"`{word}` names no query")
        return self._scope.values[word]

    def _function(self, name: str) -> Value:
        self._expect("(")
        values = [self.level(0)]
        while self.tokens and self.tokens[0] == ",":
            self._next()
            values.append(self.level(0))
        self._expect(")")
        match values:
            case [condition, then, otherwise] if name == "IF":
                return _if(condition, then, otherwise)
            case [tuple() as points, float() as number] if name == "FILL":
                return tuple(number if point is None else point for point in points)
            case [tuple()] if name == "PERIOD":
                return float(self._scope.period)
        raise MathError(f"{name} with {len(values)} arguments is not imitated")

    def _next(self) -> str:
        if not self.tokens:
            raise MathError("the expression ends too early")
        return self.tokens.pop(0)

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise MathError(f"`{token}` is expected instead of `{found}`")


def _each(compute: Callable[..., float], *values: Value) -> Value:
    """Compute point by point; a number goes with every point."""
    count = next((len(value) for value in values if isinstance(value, tuple)), None)
    if count is None:
        return compute(*values)
    return tuple(_point(compute, [_at(value, number) for value in values]) for number in range(count))


def _point(compute: Callable[..., float], operands: list[float | None]) -> float | None:
    if None in operands:
        return None
    try:
        return compute(*operands)
    except ZeroDivisionError:
        return None


def _if(condition: Value, then: Value, otherwise: Value) -> Value:
    """Choose point by point: the branch that is not taken may have no data."""
    if isinstance(condition, float):
        return then if condition else otherwise
    return tuple(
        None if point is None else _at(then if point else otherwise, number) for number, point in enumerate(condition)
    )


def _at(value: Value, number: int) -> float | None:
    return value[number] if isinstance(value, tuple) else value
