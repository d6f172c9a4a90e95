"""Draws when alerts fired, and the numbers that they judge, as SVG inside a page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from mlmon.budget.html import node
from mlmon.replay.report import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from mlmon.replay.model import Curve, Fired, Result
    from mlmon.replay.report import Report

_WIDTH: Final = 1000
_NAMES: Final = 330
_ROW: Final = 26
_TOP: Final = 22
_NARROW: Final = 500
_HEIGHT: Final = 190
_LEFT, _RIGHT, _BOTTOM = 58, 20, 24
_LEAST: Final = 2.5
"""An alert of minutes is a hair in a month; thinner than this it would not be seen."""
_LETTERS: Final = 46
_EVERY: Final = (5, 10, 15, 30, 60, 120, 240, 720, 1440, 2880, 10080, 20160)
"""Minutes between marks on the time axis."""
_HEADROOM: Final = 1.08


@dataclass(frozen=True)
class Axis:
    """Where moments are between two edges of a picture."""

    start: float
    end: float
    left: float
    right: float

    def x(self, moment: float) -> float:
        """Return the place of a moment; one outside is put on the edge."""
        share = (min(max(moment, self.start), self.end) - self.start) / max(self.end - self.start, 1)
        return round(self.left + share * (self.right - self.left), 1)

    def marks(self, report: Report, most: int) -> Iterator[tuple[float, str]]:
        """Yield at most that many round moments and how they are written."""
        minutes = (self.end - self.start) / 60
        every = next((item for item in _EVERY if minutes / item <= most), _EVERY[-1])
        local = datetime.fromtimestamp(self.start, report.place)
        moment = local.replace(hour=0, minute=0, second=0, microsecond=0)
        while moment.timestamp() <= self.end:
            if moment.timestamp() >= self.start:
                yield moment.timestamp(), f"{moment:%H:%M}" if every < 1440 else f"{moment:%b} {moment.day}"
            moment += timedelta(minutes=every)


def lanes(report: Report, result: Result, kinds: dict[str, str], number: int) -> Element:
    """Return one lane for each alert that fired, with a mark for each message; `number` makes ids unique."""
    axis = Axis(result.start, result.end, _NAMES, _WIDTH - 20)
    height = _TOP + _ROW * max(len(result.fired), 1) + 22
    rows = [part for row, item in enumerate(result.fired) for part in _lane(report, result, item, kinds, axis, row)]
    return node(
        "svg",
        node("title", f"When alerts of {result.service.name} fired", id=f"lanes-{number}"),
        node("desc", _words(report, result), id=f"lanes-{number}-text"),
        *_phases(report, result, axis, _TOP, height - 22),
        *_times(report, axis, _TOP, height - 22, 10),
        *rows,
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_labelledby=f"lanes-{number} lanes-{number}-text",
    )


def _words(report: Report, result: Result) -> str:
    told = "; ".join(f"{message.receiver} at {report.clock(message.at)} of {message.rule}"
                     for message in result.messages if message.at is not None)  # fmt: skip
    return f"{len(result.fired)} alerts fired. Told: {told or 'nobody'}. The tables below hold the same."


def _lane(
    report: Report, result: Result, item: Fired, kinds: dict[str, str], axis: Axis, row: int
) -> Iterator[Element]:
    y = _TOP + row * _ROW
    label = f"{item.alert.severity} {item.title}"
    short = label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"
    back = " back" if item in result.held_back else ""
    yield node("text", short, class_="name right", x=_NAMES - 10, y=y + 17)
    for span in item.spans:
        left, right = axis.x(span.start), axis.x(span.until(result.end))
        until = "on to the end" if span.end is None else f"to {report.clock(span.end)}"
        words = f"{label}: from {report.clock(span.start)} {until}{', held back' if back else ''}"
        width = round(max(right - left, _LEAST), 1)
        kind = f"bar {kinds[item.alert.severity]}{back}"
        yield node("rect", node("title", words), class_=kind, x=left, y=y + 5, width=width, height=_ROW - 10, rx=2)
    if item in result.held_back:
        return
    for message in result.messages:
        known = (message.rule, message.severity) == (item.rule, item.alert.severity)
        if known and message.at is not None and message.at <= result.end and _spans(item, message.at):
            words = f"{message.receiver} is told at {report.clock(message.at)}"
            yield node(
                "circle", node("title", words), class_="told-mark", cx=axis.x(message.at), cy=y + _ROW / 2, r=4.5
            )


def _spans(item: Fired, moment: float) -> bool:
    return any(span.holds(moment) for span in item.spans)


def curve(report: Report, result: Result, shown_: Curve, kinds: dict[str, str], number: str) -> Element:
    """Return one number over time, with the thresholds on it, and shaded where an alert on it fired."""
    axis = Axis(result.start, result.end, _LEFT, _NARROW - _RIGHT)
    scale = _Scale.of(shown_)
    lines = [part for place, (_, points) in enumerate(shown_.lines) for part in _line(points, axis, scale, place)]
    return node(
        "svg",
        node("title", shown_.title, id=f"curve-{number}"),
        node("desc", _extremes(shown_), id=f"curve-{number}-text"),
        *_phases(report, result, axis, 8, _HEIGHT - _BOTTOM),
        *_bands(shown_, result, kinds, axis),
        *_levels(shown_.unit, scale),
        *_times(report, axis, 8, _HEIGHT - _BOTTOM, 5),
        *lines,
        *_limits(shown_, kinds, scale),
        viewBox=f"0 0 {_NARROW} {_HEIGHT}",
        role="img",
        aria_labelledby=f"curve-{number} curve-{number}-text",
    )


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    @classmethod
    def of(cls, item: Curve) -> _Scale:
        """From zero, unless there are values below it; thresholds far above the values are left out."""
        values = [value for _, points in item.lines for _, value in points]
        top, bottom = max(values, default=1.0), min(values, default=0.0)
        near = [limit.value for limit in item.limits if limit.value <= max(top * 3, 1e-9) or top <= 0]
        top, bottom = max([top, *near]), min([bottom, *near])
        low = bottom - (top - bottom) * 0.1 if bottom < 0 else 0.0
        return cls(low, low + max((top - low) * _HEADROOM, 1e-9))

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - min(max(share, 0), 1) * (_HEIGHT - _BOTTOM - 8), 1)

    def marks(self) -> Iterator[float]:
        rough = (self.high - self.low) / 4
        size = 10 ** math.floor(math.log10(rough))
        step = next((size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough), size * 10)
        mark = math.ceil(self.low / step) * step
        while mark <= self.high:
            yield mark
            mark += step


def _extremes(item: Curve) -> str:
    values = [value for _, points in item.lines for _, value in points]
    limits = ", ".join(f"{limit.severity} at {shown(limit.value, item.unit)}" for limit in item.limits)
    span = f"from {shown(min(values), item.unit)} to {shown(max(values), item.unit)}" if values else "without values"
    return f"{item.title}: {span}; thresholds: {limits or 'none'}."


def _line(points: tuple[tuple[float, float], ...], axis: Axis, scale: _Scale, place: int) -> Iterator[Element]:
    """A line for each stretch without a gap: what was not measured is not drawn."""
    apart = min((right[0] - left[0] for left, right in pairwise(points)), default=60) * 1.5
    stretch: list[tuple[float, float]] = []
    for at, value in (*points, (math.inf, 0.0)):
        if stretch and at - stretch[-1][0] > apart:
            text = " ".join(f"{axis.x(moment)},{scale.y(height)}" for moment, height in stretch)
            yield node("polyline", class_=f"curve l{place}", points=text)
            stretch = []
        stretch.append((at, value))


def _bands(item: Curve, result: Result, kinds: dict[str, str], axis: Axis) -> Iterator[Element]:
    for fired in item.fired:
        for span in fired.spans:
            left, right = axis.x(span.start), axis.x(span.until(result.end))
            width, kind = round(max(right - left, _LEAST), 1), f"band {kinds[fired.alert.severity]}"
            title = node("title", f"{fired.alert.name} ({fired.alert.severity}) fires")
            yield node(
                "rect", title, class_=kind, x=left, y=8, width=width, height=_HEIGHT - _BOTTOM - 8, stroke="none"
            )


def _limits(item: Curve, kinds: dict[str, str], scale: _Scale) -> Iterator[Element]:
    free = float(_HEIGHT)
    for limit in sorted(item.limits, key=lambda limit: limit.value):
        if scale.low <= limit.value <= scale.high:
            y, kind = scale.y(limit.value), kinds.get(limit.severity, "third")
            yield node("line", class_=f"limit {kind}", x1=_LEFT, y1=y, x2=_NARROW - _RIGHT, y2=y)
            text = f"{limit.severity} {shown(limit.value, item.unit)}"
            # Thresholds that lie close together are written one above the other.
            free = min(y - 4, free - 12) if y > 20 else y + 12
            yield node("text", text, class_=f"right {kind}", x=_NARROW - _RIGHT - 3, y=round(free, 1))


def _levels(unit: str, scale: _Scale) -> Iterator[Element]:
    for mark in scale.marks():
        y = scale.y(mark)
        yield node("line", class_="grid", x1=_LEFT, y1=y, x2=_NARROW - _RIGHT, y2=y)
        yield node("text", shown(mark, unit), class_="right", x=_LEFT - 5, y=y + 4)


def _times(report: Report, axis: Axis, top: float, bottom: float, most: int) -> Iterator[Element]:
    for moment, text in axis.marks(report, most):
        x = axis.x(moment)
        yield node("line", class_="grid", x1=x, y1=top, x2=x, y2=bottom)
        yield node("text", text, class_="middle", x=x, y=bottom + 15)


def _phases(report: Report, result: Result, axis: Axis, top: float, bottom: float) -> Iterator[Element]:
    for phase in report.incident.phases if report.incident else ():
        left = axis.x(result.begin + float(phase.start.seconds))
        width = round(max(axis.x(result.begin + float(phase.end.seconds)) - left, _LEAST), 1)
        title = node("title", phase.name)
        yield node("rect", title, class_="phase", x=left, y=top, width=width, height=bottom - top)
