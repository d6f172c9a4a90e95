"""How the Go tools write their errors: lists from the YAML decoder, quoted words, log lines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Error = tuple[int, int, str]
"""Line, column (from 1; 0 when unknown) and what is wrong there."""

QUOTED = r'"(?:[^"\\]|\\.)*"'
"""A string as Go's %q writes it."""

UNKNOWN_FIELD = "unknown field "
"""How the message about a field begins that the tool does not know."""

DURATION = re.compile(rf".*\bduration (?:string: )?({QUOTED})")
"""A message without a line about a duration, in the words of any version."""

_LINE = re.compile(r"line (\d+): ")
_UNKNOWN_FIELD = re.compile(r"field (\S+) not found in type \S+")
_WRONG_KIND = re.compile(r"cannot unmarshal !!(\w+)(?: `(.*)`)? into (\S+)", re.DOTALL)
_KINDS = {"seq": "a list", "map": "a mapping", "str": "the text", "int": "the number", "float": "the number"}
_POSITIONS = re.compile(r"(?:(\d+):(\d+): )+")
_FIRST = re.compile(r"(\d+):(\d+): ")
_WARNING = re.compile(rf"\btime=\S+ level=WARN .*?\bmsg=({QUOTED}|\S+)(.*)")
_FIELD = re.compile(rf"(\w+)=({QUOTED}|\S+)")


def unquote(word: str) -> str:
    """Return the text of a word that Go quoted; the word itself when it is not quoted."""
    if not word.startswith('"'):
        return word
    try:
        return str(json.loads(word))
    except ValueError:  # \x and \U, which JSON does not have
        return word[1:-1]


def split(message: str) -> Iterator[Error]:
    """Yield each error of one message: the YAML decoder puts several into one, each with its line."""
    head, *rest = message.split("\n")
    if head == "yaml: unmarshal errors:":
        for line in rest:
            yield _with_line(line.strip())
    elif head.startswith("yaml: "):
        yield _with_line(message.removeprefix("yaml: "))
    else:
        yield _with_positions(message)


def warning(line: str) -> tuple[str, dict[str, str]] | None:
    """Return the message and the fields of a log line of level WARN; None for any other line."""
    match = _WARNING.search(line)
    if not match:
        return None
    fields = {name: unquote(value) for name, value in _FIELD.findall(match[2])}
    return unquote(match[1]), fields


def _with_line(text: str) -> Error:
    match = _LINE.match(text)
    words = _plainly(text[match.end() :] if match else text)
    return (int(match[1]), 1, words) if match else (0, 0, words)


def _plainly(words: str) -> str:
    """Say without Go's types what the decoder did not like."""
    unknown = _UNKNOWN_FIELD.fullmatch(words)
    if unknown:
        return f'{UNKNOWN_FIELD}"{unknown[1]}"'
    kind = _WRONG_KIND.fullmatch(words)
    if not kind:
        return words
    found = f"{_KINDS.get(kind[1], kind[1])}{f' `{kind[2]}`' if kind[2] else ''}"
    return f"{found} cannot be here" + ("" if "." in kind[3] else f": {kind[3]} is expected")


def _with_positions(text: str) -> Error:
    positions = _POSITIONS.match(text)
    if not positions:
        return (0, 0, text)
    # Prometheus 3 writes 0:0 where it lost the position, and a second one for a rule with two names.
    known = [(int(line), int(column)) for line, column in _FIRST.findall(positions[0]) if int(line)]
    line, column = known[0] if known else (0, 0)
    return (line, column, text[positions.end() :])
