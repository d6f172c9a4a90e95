"""Places drawings on Grafana's grid of 24 columns and numbers them; the SDK does neither reliably."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.targets.grafana.drawing import Drawing, Section

COLUMNS: Final = 24
HEIGHTS: Final = {"stat": 4, "timeseries": 8, "heatmap": 8, "state-timeline": 8, "table": 7}

_LETTERS: Final = 9
"""Letters of a title that a column holds in a window of 1600 pixels, about; margins and menu take one column."""

T = TypeVar("T")
Line = tuple[tuple["Drawing", int], ...]
"""Drawings next to each other with their widths, which add up to 24."""


@dataclass(frozen=True)
class Box:
    """A place on the grid."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True)
class Placed:
    """A drawing with its id and place."""

    id: int
    box: Box
    drawing: Drawing


@dataclass(frozen=True)
class PlacedRow:
    """A row's heading (none at the top of the page) and its drawings."""

    id: int
    box: Box
    section: Section
    panels: tuple[Placed, ...]


def place(sections: Sequence[Section]) -> list[PlacedRow]:
    """Number everything from 1 and place it from the top. Raises ValueError for a line that is not 24 wide."""
    rows, number, top = [], 1, 0
    for section in sections:
        heading = Box(0, top, COLUMNS, 1 if section.title else 0)
        ident = number if section.title else 0
        number += 1 if section.title else 0
        panels, bottom = _panels(section, number, top + heading.h)
        number += len(panels)
        # Grafana keeps a closed row one unit high; what follows stands right below it.
        top = heading.y + heading.h if section.collapsed else bottom
        rows.append(PlacedRow(ident, heading, section, tuple(panels)))
    return rows


def _panels(section: Section, number: int, top: int) -> tuple[list[Placed], int]:
    panels: list[Placed] = []
    for index, line in enumerate(section.lines):
        if sum(width for _, width in line) != COLUMNS:
            raise ValueError(f"line {index} of {section.title!r} is not {COLUMNS} columns wide")
        height = section.height.get(index) or max(HEIGHTS[drawing.kind] for drawing, _ in line)
        left = 0
        for drawing, width in line:
            panels.append(Placed(number + len(panels), Box(left, top, width, height), drawing))
            left += width
        top += height
    return panels, top


def evenly(items: Sequence[T]) -> tuple[tuple[T, int], ...]:
    """Share one line among items; what 24 leaves over goes to the first ones."""
    width, rest = divmod(COLUMNS, len(items))
    return tuple((item, width + (1 if index < rest else 0)) for index, item in enumerate(items))


def fitting(drawings: Sequence[Drawing]) -> tuple[Line, ...]:
    """Break drawings into as few lines as give all their titles room."""
    most = next(
        (most for most in range(len(drawings), 1, -1) if all(_has_room(line) for line in in_lines(drawings, most))), 1
    )
    return in_lines(drawings, most)


def _has_room(line: Line) -> bool:
    return all(len(drawing.title) <= _LETTERS * (width - 1) for drawing, width in line)


def in_lines(items: Sequence[T], most: int = 3) -> tuple[tuple[tuple[T, int], ...], ...]:
    """Break items into lines of at most `most`, none of them with a single item unless there is only one."""
    lines: list[tuple[tuple[T, int], ...]] = []
    rest = list(items)
    while rest:
        count = -(-len(rest) // most)
        take = -(-len(rest) // count)
        lines.append(evenly(rest[:take]))
        rest = rest[take:]
    return tuple(lines)
