"""Writes Python as ruff formats it, for any line length from 88 to 120: what is broken up ends in a comma."""

from __future__ import annotations

import keyword
import re
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH: Final = 88
_LONGEST: Final = 120
_LONGEST_NAME: Final = 40
_WORD: Final = re.compile(r"[^a-zA-Z0-9]+")


def string(text: str) -> str:
    """Quote text as a string literal, with the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(character, quote) for character in text) + quote


def _escaped(character: str, quote: str) -> str:
    if character in ("\\", quote):
        return f"\\{character}"
    # What does not print, such as a line break or a mark that turns the direction of text, would not be seen in review.
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def identifier(text: str, taken: Iterable[str] = ()) -> str:
    """Make a name of text: `feature-drift` becomes `feature_drift`; keywords and taken names get an underscore."""
    name = _WORD.sub("_", text).strip("_")[:_LONGEST_NAME] or "_"
    name = f"_{name}" if name[0].isdigit() else name
    while keyword.iskeyword(name) or name in taken:
        name += "_"
    return name


def camel(text: str) -> str:
    """Make a class name of text: `batch-job` becomes `BatchJob`."""
    return "".join(word.capitalize() for word in _WORD.split(text.lower()))


def bracketed(head: str, items: Sequence[str], tail: str, indent: int) -> list[str]:
    """Write `head`, the items, and `tail`, such as `f(`, `["a", "b"]`, `)`: on one line, or on one line each."""
    line = f"{' ' * indent}{head}{', '.join(items)}{tail}"
    if len(line) <= WIDTH and line.isascii() and not any("\n" in item for item in items):
        return [line]
    inner = " " * (indent + 4)
    broken = [f"{inner}{part}" for item in items for part in f"{item},".split("\n")]
    return [f"{' ' * indent}{head}", *broken, f"{' ' * indent}{tail}"]


def listed(items: Sequence[str], indent: int, head: str = "") -> str:
    """Write a list, after `head` such as `buckets=`, as an item of `bracketed` whose contents stand at `indent`."""
    line = f"{head}[{', '.join(items)}]"
    # The comma after it has to fit as well.
    return line if indent + len(line) < WIDTH and line.isascii() else _broken(head, items)


def _broken(head: str, items: Sequence[str]) -> str:
    return "\n".join([f"{head}[", *(f"    {item}," for item in items), "]"])


def prose(text: str, indent: int) -> str:
    """Write a long text as an item of `bracketed`: where no line is long enough, as pieces that join into it."""
    literal = string(text)
    if indent + len(literal) + 1 <= _LONGEST:
        return literal
    pieces = textwrap.wrap(text, WIDTH - indent - 6, drop_whitespace=False, expand_tabs=False, replace_whitespace=False)
    return "\n".join(string(piece) for piece in pieces)


def docstring(text: str, indent: int) -> list[str]:
    """Write blocks, paragraphs or indented code, as a docstring. What could end it, or not print, is replaced."""
    printable = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    blocks = printable.replace("\\", "/").replace('"""', "'''").split("\n\n")
    space = " " * indent
    if len(blocks) == 1 and len(one := f'{space}"""{" ".join(blocks[0].split())}"""') <= WIDTH:
        return [one]
    first, *rest = (_block(block, indent) for block in blocks)
    lines = [f'{space}"""{first[0]}', *(f"{space}{line}" for line in first[1:])]
    for block in rest:
        lines += ["", *(f"{space}{line}".rstrip() for line in block)]
    return [*lines, f'{space}"""']


def _block(text: str, indent: int) -> list[str]:
    if text.startswith("    "):
        return text.split("\n")
    # Narrower by the quotes, so that a text of one line has room for both of them.
    return textwrap.wrap(text, WIDTH - indent - 6) or [""]
