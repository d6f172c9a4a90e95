"""Draws how a budget was used up over its period, as SVG inside a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from mlmon.budget import words
from mlmon.budget.html import node
from mlmon.budget.model import CHUNK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from mlmon.budget.model import Budget

_WIDTH, _HEIGHT = 760, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 64, 18, 28
_POINTS: Final = 400
_GAP_SECONDS: Final = 3600
_LEAST_WIDTH: Final = 2.0
"""An incident of minutes is a hair in a month; thinner than this it would not be seen."""
_TICKS: Final = 6
_DAY: Final = 86400


@dataclass(frozen=True)
class _Scale:
    """Where moments and shares of the budget are on the picture."""

    start: int
    end: int
    low: float

    def x(self, moment: float) -> float:
        share = (moment - self.start) / max(self.end - self.start, 1)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, left: float) -> float:
        share = (1 - left) / (1 - self.low)
        return round(_TOP + share * (_HEIGHT - _TOP - _BOTTOM), 1)


def burn_down(budget: Budget, number: int) -> Element:
    """Return the picture of one budget; `number` makes its ids unique on the page."""
    span, line = budget.span, _line(budget)
    scale = _Scale(span.start, span.end, _floor(min(left for _, left in line)))
    return node(
        "svg",
        node("title", f"Budget of {words.full_name(budget)}", id=f"chart-{number}"),
        node("desc", _description(budget), id=f"chart-{number}-text"),
        *_gaps(budget, scale),
        *_incidents(budget, scale),
        *_grid(scale),
        *_days(scale),
        _path("even", [(span.start, 1.0), (span.end, 0.0)], scale),
        _path("line", line, scale),
        *_now(budget, scale),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_labelledby=f"chart-{number} chart-{number}-text",
    )


def _description(budget: Budget) -> str:
    return (
        f"From {words.moment(budget.span.start)} to {words.moment(budget.span.now)} UTC the budget fell from 100% to "
        f"{words.share(budget.left)}; {len(budget.incidents)} incidents are shaded. The tables below hold the numbers."
    )


def _line(budget: Budget) -> list[tuple[float, float]]:
    """What was left after each chunk that changed it, thinned out to what a screen can show."""
    allowed, spent, step = float(budget.allowed), 0.0, max(budget.span.elapsed / _POINTS, CHUNK_SECONDS)
    points: list[tuple[float, float]] = [(budget.span.start, 1.0)]
    for chunk in budget.chunks:
        spent += float(chunk.errors)
        if chunk.end - points[-1][0] >= step:
            points.append((chunk.end, 1 - spent / allowed))
    return [*points, (budget.span.now, 1 - spent / allowed)]


def _floor(lowest: float) -> float:
    """The lower edge: 0, or the next nice number below what was overspent."""
    if lowest >= 0:
        return 0.0
    size = next((size for size in (0.25, 1.0, 5.0, 25.0, 100.0) if -lowest <= 4 * size), 1000.0)
    return -size * -(lowest // size)


def _grid(scale: _Scale) -> Iterator[Element]:
    marks = (1.0, 0.5, 0.0) if scale.low > -1 else (1.0, 0.0)
    for mark in (*marks, *([scale.low] if scale.low else [])):
        y = scale.y(mark)
        kind = "zero" if mark == 0 else "grid"
        yield node("line", class_=kind, x1=_LEFT, y1=y, x2=_WIDTH - _RIGHT, y2=y)
        yield node("text", f"{mark * 100:.0f}%", class_="right", x=_LEFT - 6, y=y + 4)


def _days(scale: _Scale) -> Iterator[Element]:
    every = max((scale.end - scale.start) // _TICKS // _DAY, 1) * _DAY
    moment = -(-scale.start // _DAY) * _DAY
    while moment <= scale.end:
        x = scale.x(moment)
        label = f"{datetime.fromtimestamp(moment, UTC):%b} {datetime.fromtimestamp(moment, UTC).day}"
        yield node("line", class_="tick", x1=x, y1=_HEIGHT - _BOTTOM, x2=x, y2=_HEIGHT - _BOTTOM + 4)
        yield node("text", label, class_="middle", x=x, y=_HEIGHT - 9)
        moment += every


def _rectangle(kind: str, start: int, end: int, scale: _Scale, title: str) -> Element:
    x, width = scale.x(start), max(scale.x(end) - scale.x(start), _LEAST_WIDTH)
    height = _HEIGHT - _TOP - _BOTTOM
    return node("rect", node("title", title), class_=kind, x=x, y=_TOP, width=round(width, 1), height=height)


def _incidents(budget: Budget, scale: _Scale) -> Iterator[Element]:
    for item in budget.incidents:
        title = f"{words.moment(item.start)} UTC, {words.lasted(item)}: {words.cost(item.share)} of the budget"
        yield _rectangle("incident", item.start, item.end, scale, title)


def _gaps(budget: Budget, scale: _Scale) -> Iterator[Element]:
    before = budget.span.start
    for end in [*(chunk.end for chunk in budget.chunks), budget.span.now + CHUNK_SECONDS]:
        if end - CHUNK_SECONDS - before > _GAP_SECONDS:
            yield _rectangle("gap", before, end - CHUNK_SECONDS, scale, "not measured")
        before = end


def _path(kind: str, points: list[tuple[float, float]], scale: _Scale) -> Element:
    return node("polyline", class_=kind, points=" ".join(f"{scale.x(at)},{scale.y(left)}" for at, left in points))


def _now(budget: Budget, scale: _Scale) -> Iterator[Element]:
    x, y, left = scale.x(budget.span.now), scale.y(float(budget.left)), words.share(budget.left)
    yield node("line", class_="now", x1=x, y1=_TOP - 6, x2=x, y2=_HEIGHT - _BOTTOM)
    yield node("text", "now", class_="middle", x=x, y=_TOP - 8)
    yield node("circle", class_="point", cx=x, cy=y, r=3.5)
    yield node("text", left, class_="value", x=x + 6, y=y + 4)
