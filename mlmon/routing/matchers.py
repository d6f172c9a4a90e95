"""Matchers of labels, as the configuration writes them: `severity=~"page|ticket"`.

https://prometheus.io/docs/alerting/latest/configuration/#matcher
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

Labels: TypeAlias = Mapping[str, str]
"""Labels of an alert; one that is missing has the empty value."""

_MATCHER: Final = re.compile(r'([A-Za-z_]\w*)\s*(=~|!=|!~|=)\s*"((?:[^"\\]|\\.)*)"', re.DOTALL | re.ASCII)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


class ConfigError(ValueError):
    """The configuration holds something that is not imitated here; no answer is better than a wrong one."""


@dataclass(frozen=True)
class Matcher:
    """One condition on one label; `value` is a text, or with `=~` and `!~` a regular expression for all of it."""

    label: str
    op: str
    value: str

    @classmethod
    def of(cls, text: str) -> Matcher:
        """Read a matcher. Raises ConfigError for the forms that mlmon does not write."""
        found = _MATCHER.fullmatch(text)
        if not found:
            raise ConfigError(f"the matcher `{text}` is not written as mlmon writes it")
        return cls(found[1], found[2], _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], found[3]))

    def matches(self, labels: Labels) -> bool:
        """Tell whether the condition holds."""
        value = labels.get(self.label, "")
        equal = re.fullmatch(self.value, value) is not None if self.op.endswith("~") else value == self.value
        return equal != self.op.startswith("!")

    def __str__(self) -> str:
        return f'{self.label}{self.op}"{self.value}"'


def all_match(matchers: Iterable[Matcher], labels: Labels) -> bool:
    """Tell whether every condition holds; without any, everything matches."""
    return all(matcher.matches(labels) for matcher in matchers)
