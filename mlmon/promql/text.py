"""Quoting and small pieces of PromQL text."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlmon.plan.signals import Matcher, PrometheusBinding, Series

_INTEGRAL = re.compile(r"\d+")


@lru_cache(maxsize=4096)
def string(value: str) -> str:
    """Quote text as a PromQL string literal (the escapes of Go, of which JSON's are a part)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f")


def matcher(item: Matcher) -> str:
    """Render one matcher, such as `job="fraud"`."""
    return f"{item.label}{item.op}{string(item.value)}"


def selector(series: Series, *extra: str, suffix: str = "") -> str:
    """Render a vector selector; `suffix` is appended to the metric name, `extra` are rendered matchers."""
    matchers = ",".join([*(matcher(item) for item in series.matchers), *extra])
    return f"{series.metric}{suffix}{{{matchers}}}" if matchers else f"{series.metric}{suffix}"


def equals(**labels: str) -> str:
    """Render equality matchers in braces: `{service="fraud"}`."""
    return "{" + ",".join(f"{label}={string(value)}" for label, value in labels.items()) + "}"


def bucket(bound: Decimal) -> str:
    """Match the bucket of one bound: clients write integral bounds as `5` or `5.0`, Prometheus 3 always as `5.0`.

    From a million upwards, and below 0.0001, Go and those who follow it write an exponent: `1e+06`, `5e-05`.
    """
    text = plain(bound)
    power = bound.adjusted()
    short = f"{plain(bound.scaleb(-power))}e{power:+03d}" if bound and not -4 <= power < 6 else ""
    if not _INTEGRAL.fullmatch(text):
        return f'le=~"{_literal(text)}|{_literal(short)}"' if short else f'le="{text}"'
    other = f"|{_literal(short)}" if short else ""
    return f'le=~"{text}(\\\\.0)?{other}"'


def _literal(text: str) -> str:
    return text.replace(".", "\\\\.").replace("+", "\\\\+")


def told_apart(terms: Sequence[str], union: str = " or ") -> str:
    """Unite vectors of which none hides another's series, by a label of mlmon's own; a single one stays as it is."""
    if len(terms) == 1:
        return terms[0]
    return union.join(f'label_replace({term}, "mlmon_part", "{index}", "", "")' for index, term in enumerate(terms))


def aggregate(operator: str, labels: Iterable[str], inner: str) -> str:
    """Render `sum by (a, b) (inner)`, or `sum(inner)` without labels."""
    names = ", ".join(labels)
    return f"{operator} by ({names}) ({inner})" if names else f"{operator}({inner})"


def scaled(text: str, binding: PrometheusBinding) -> str:
    """Bring a value into its signal's unit; a division by a whole number reads better than a small factor."""
    if binding.scale == 1:
        return text
    inverse = 1 / binding.scale
    if inverse == inverse.to_integral_value():
        return f"{text} / {plain(inverse.to_integral_value())}"
    return f"{text} * {plain(binding.scale)}"
