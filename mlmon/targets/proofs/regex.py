"""Texts that a regular expression matches, for label values that a test has to make up."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import Final

_CLASSES: Final = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_COUNT: Final = re.compile(r"\{(\d+)(?:,\d*)?\}")
_ANY: Final = "a1-"
_TRIES: Final = 64


@lru_cache(maxsize=256)
def examples(pattern: str) -> tuple[str, ...]:
    """Return texts that an anchored RE2 expression matches, the first alternatives first; nothing if none is found.

    Every text is tried against the expression, so that a construct which is not understood costs an example, never
    gives a wrong one.
    """
    try:
        compiled = re.compile(pattern)
        made = _Reader(pattern).alternatives()
    except (re.error, IndexError, KeyError):
        return ()
    return tuple(text for text in dict.fromkeys(made) if compiled.fullmatch(text))


class _Reader:
    """Reads one expression from left to right; a few examples stand for every part of it."""

    def __init__(self, pattern: str) -> None:
        self.text, self.at = pattern, 0

    def alternatives(self) -> list[str]:
        found = self.sequence()
        while self.at < len(self.text) and self.text[self.at] == "|":
            self.at += 1
            found += self.sequence()
        return found[:_TRIES]

    def sequence(self) -> list[str]:
        found = [""]
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            part = self.repeated(self.atom())
            found = [head + tail for head, tail in product(found, part)][:_TRIES]
        return found

    def atom(self) -> list[str]:
        character = self.text[self.at]
        self.at += 1
        match character:
            case "(":
                return self.group()
            case "[":
                return self.one_of()
            case "\\":
                self.at += 1
                escaped = self.text[self.at - 1]
                return [_CLASSES.get(escaped, escaped)]
            case "." | "^" | "$":
                return list(_ANY) if character == "." else [""]
            case _:
                return [character]

    def group(self) -> list[str]:
        if self.text.startswith("?:", self.at):
            self.at += 2
        found = self.alternatives()
        self.at += 1
        return found

    def one_of(self) -> list[str]:
        end = self.text.index("]", self.at + 1) if "]" in self.text[self.at + 1 :] else len(self.text)
        accepts = re.compile(f"[{self.text[self.at : end]}]")
        self.at = end + 1
        return [sign for sign in "abc1xyzABC023456789-_./: " if accepts.fullmatch(sign)][:2]

    def repeated(self, part: list[str]) -> list[str]:
        if counted := _COUNT.match(self.text, self.at):
            self.at = counted.end()
            return [text * int(counted[1]) for text in part]
        if self.at < len(self.text) and self.text[self.at] in "*+?":
            sign = self.text[self.at]
            self.at += 1
            if self.at < len(self.text) and self.text[self.at] == "?":
                self.at += 1
            return part if sign == "+" else [*part, ""]
        return part
