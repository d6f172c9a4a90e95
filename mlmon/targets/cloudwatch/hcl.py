"""HCL2 from plain data, laid out as `terraform fmt` lays it out, so that no text of a spec can become an expression.

Sources: Terraform language docs, "Configuration Syntax", "Strings and Templates" and "Style Conventions".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from mlmon.targets.cloudwatch.hcl_strings import comment, escape, heredoc, object_key, quote

WIDTH = 100
"""Characters, with the indentation and a comma, that a list or a small object may take on one line."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_REFERENCE = re.compile(
    r'[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*|\[(?:[0-9]+|\*|"[A-Za-z0-9_./:-]*")\])*'
    r"|(?:list|map|set)\((?:bool|number|string)\)"
)


@dataclass(frozen=True)
class Ref:
    """A traversal such as `aws_sns_topic.page.arn`, `null`, or a type such as `map(string)`, written as it stands.

    Raises ValueError for anything else: operators, calls and quotes cannot enter the output this way.
    """

    expression: str

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(self.expression):
            raise ValueError(f"{self.expression!r} is not a Terraform reference")


@dataclass(frozen=True)
class Template:
    """A string made of literal pieces and references: `Template(("page-", Ref("var.region")))`."""

    parts: tuple[str | Ref, ...]


@dataclass(frozen=True)
class Heredoc:
    """A string of lines, written as `<<-EOT` where that is possible and reads back exactly, else quoted."""

    text: str


@dataclass(frozen=True)
class Call:
    """A function call such as `merge(var.tags, {...})`; raises ValueError unless `function` is an identifier."""

    function: str
    arguments: tuple[Value, ...]

    def __post_init__(self) -> None:
        _require_identifier(self.function)


Value: TypeAlias = (
    "str | bool | int | Decimal | Ref | Template | Heredoc | Call | Sequence[Value] | Mapping[str, Value]"
)
"""What an attribute may hold. Floats are refused (TypeError): their repr is no stable text for a committed file.

Terraform reads every string back in Unicode normal form C.
"""


@dataclass(frozen=True)
class Block:
    """`type "label" { attributes, then nested blocks }`; ValueError unless type, labels and names are identifiers."""

    type: str
    labels: tuple[str, ...] = ()
    body: Mapping[str, Value] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        for name in (self.type, *self.labels, *self.body):
            _require_identifier(name)


def json_encode(value: Value) -> Call:
    """Return `jsonencode(value)`: JSON that may hold references; Terraform sorts the keys when it evaluates it.

    NOTE: Terraform normalises the JSON as a whole, so a line break right before a combining mark breaks it.
    """
    return Call("jsonencode", (value,))


def render(blocks: Iterable[Block], *, header: str = "") -> str:
    """Return the text of one file: the header as comment lines, then the blocks with a blank line between them."""
    head = [comment(header)] if header else []
    return "\n".join([*head, *("\n".join(_block(block, 0)) + "\n" for block in blocks)])


def _require_identifier(name: str) -> None:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name!r} is not a Terraform identifier")


def _block(block: Block, indent: int) -> list[str]:
    pad = " " * indent
    head = " ".join([block.type, *(f'"{label}"' for label in block.labels)])
    if not block.body and not block.blocks:
        return [f"{pad}{head} {{}}"]
    lines = _assignments(block.body, indent + 2)
    for nested in block.blocks:
        lines += ([""] if lines else []) + _block(nested, indent + 2)
    return [f"{pad}{head} {{", *lines, f"{pad}}}"]


def _assignments(items: Mapping[str, Value], indent: int) -> list[str]:
    """Align `=` over each run of values; a value of several lines ends the run, unless it is a heredoc."""
    pad, lines, run = " " * indent, list[str](), list[tuple[str, str]]()
    for key, value in items.items():
        text = heredoc(value.text, indent) if isinstance(value, Heredoc) else _text(value, indent)
        if "\n" in text and not isinstance(value, Heredoc):
            lines += [*_aligned(run, pad), f"{pad}{key} = {text}"]
            run = []
        else:
            run.append((key, text))
    return lines + _aligned(run, pad)


def _aligned(run: Sequence[tuple[str, str]], pad: str) -> list[str]:
    width = max((len(key) for key, _ in run), default=0)
    return [f"{pad}{key:{width}} = {text}" for key, text in run]


def _text(value: Value, indent: int) -> str:
    """Return the value as it stands behind `=`; lines after the first carry their own indentation."""
    if isinstance(value, Mapping):
        return _object(value, indent) if value else "{}"
    if isinstance(value, Call):
        return f"{value.function}({', '.join(_text(argument, indent) for argument in value.arguments)})"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _list(value, indent)
    return _scalar(value)


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _number(value)
    if isinstance(value, str | Heredoc):
        # The end mark of a heredoc must stand alone on its line, so no comma could follow it in a list or a call.
        return quote(value if isinstance(value, str) else value.text)
    if isinstance(value, Ref):
        return value.expression
    if isinstance(value, Template):
        return _template(value)
    raise TypeError(f"{type(value).__name__} cannot be written as HCL")


def _number(value: int | Decimal) -> str:
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    # HCL keeps the sign of zero, and a plan that turns 0 into -0 is noise.
    return format(value, "f" if isinstance(value, Decimal) else "d") if value else "0"


def _object(value: Mapping[str, Value], indent: int) -> str:
    lines = _assignments({object_key(key): item for key, item in value.items()}, indent + 2)
    return "\n".join(["{", *lines, " " * indent + "}"])


def _list(value: Sequence[Value], indent: int) -> str:
    line = _inline(value)
    if _fits(line, indent):
        return line
    pad = " " * (indent + 2)
    return "\n".join(["[", *(f"{pad}{_element(item, indent + 2)}," for item in value), " " * indent + "]"])


def _element(value: Value, indent: int) -> str:
    line = _inline(value)
    return line if _fits(line, indent) else _text(value, indent)


def _fits(line: str, indent: int) -> bool:
    return "\n" not in line and indent + len(line) < WIDTH


def _inline(value: Value) -> str:
    """Return the value on one line where that is possible: small objects inside lists read better so."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{object_key(key)} = {_inline(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_inline(item) for item in value)}]"
    return _text(value, 0)


def _template(value: Template) -> str:
    pieces, literal = list[str](), ""
    for part in value.parts:
        if isinstance(part, str):
            literal += part
            continue
        # A dollar sign right before `${` would make it the escape for a literal `${`.
        pieces += [re.sub(r"\$\Z", r"\\u0024", escape(literal)), f"${{{part.expression}}}"]
        literal = ""
    return f'"{"".join(pieces)}{escape(literal)}"'
