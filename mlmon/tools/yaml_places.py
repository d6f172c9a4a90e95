"""Where things are in a generated YAML file, for messages of tools that do not say it."""

from __future__ import annotations

import re

import yaml

from mlmon.yamlread import LOADER

Position = tuple[int, int]
"""Line and column, counted from 1; (0, 0) when unknown."""

NOWHERE: Position = (0, 0)


def find_rule(text: str, group: str, number: int = 0, *keys: str) -> Position:
    """Return the position of a group, of its rule `number` (from 1), or of the keys below that rule.

    Of several groups with one name the last is meant. Falls back to the nearest parent that exists, else `NOWHERE`.
    """
    node = _group(_compose(text), group)
    if node is None:
        return NOWHERE
    position = _start(node)
    rules = _value(node, "rules")
    if not number or not isinstance(rules, yaml.SequenceNode) or len(rules.value) < number:
        return position
    rule = rules.value[number - 1]
    position = _start(rule)
    for key in keys:
        entry = _entry(rule, key)
        if entry is None:
            break
        position, rule = _start(entry[0]), entry[1]
    return position


def find_scalar(text: str, value: str, key: str = "") -> Position:
    """Return the position of the first `key: value` in a file, at any depth, or of the bare value; else `NOWHERE`."""
    opening = rf"""{re.escape(key)}: *["']?""" if key else ""
    pattern = re.compile(rf"(?<![\w-]){opening}{re.escape(value)}(?![\w-])")
    for number, line in enumerate(text.split("\n"), start=1):
        match = pattern.search(line)
        if match:
            return (number, match.start() + 1)
    return NOWHERE


def inside_scalar(text: str, scalar: Position, inner: Position) -> Position:
    """Return where a position within a scalar's value is in the file, given where the scalar begins.

    Exact for one-line and literal (`|`) scalars without escapes; otherwise the scalar's own position.
    """
    lines = text.split("\n")
    line, column = scalar
    if not 0 < line <= len(lines):
        return scalar
    opening = lines[line - 1][column - 1 : column]
    if opening == "|":
        return _inside_literal(lines, scalar, inner)
    shifted = column + inner[1] - 1 + (opening in "\"'")
    return (line, shifted) if inner[0] == 1 and opening != ">" and shifted <= len(lines[line - 1]) + 1 else scalar


def _inside_literal(lines: list[str], scalar: Position, inner: Position) -> Position:
    line = scalar[0] + inner[0]
    body = lines[scalar[0] : line]
    if len(body) != inner[0] or not body[-1].strip():
        return scalar
    indent = len(body[0]) - len(body[0].lstrip(" "))
    return (line, indent + inner[1]) if body[-1].startswith(" " * indent) else scalar


def _compose(text: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError:
        return None
    return node


def _group(root: yaml.Node | None, name: str) -> yaml.Node | None:
    groups = _value(root, "groups")
    if not isinstance(groups, yaml.SequenceNode):
        return None
    named = [group for group in groups.value if getattr(_value(group, "name"), "value", None) == name]
    return named[-1] if named else None


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    entry = _entry(node, key)
    return entry[1] if entry else None


def _entry(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((entry for entry in node.value if entry[0].value == key), None)


def _start(node: yaml.Node) -> Position:
    return (node.start_mark.line + 1, node.start_mark.column + 1)
