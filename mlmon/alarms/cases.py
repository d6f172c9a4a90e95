"""Plays a generated case (tests/cloudwatch/alarms.yaml): a series minute by minute, and the state in which it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlmon.alarms.composite import Rule, composite_states, told
from mlmon.alarms.evaluate import states

if TYPE_CHECKING:
    from mlmon.alarms.evaluate import Watched
    from mlmon.alarms.states import State


def minutes(text: str) -> list[tuple[float, ...]]:
    """Read a series: `0*5 11*5 -*2` is five minutes of 0, five of 11 and two without data. Raises ValueError."""
    found: list[tuple[float, ...]] = []
    for part in text.split():
        reading, _, count = part.partition("*")
        found += [() if reading == "-" else (float(reading),)] * int(count)
    return found


def played(alarm: Watched, case: Mapping[str, Any]) -> State:
    """Return the state in which a metric alarm is after the last minute of a case."""
    metrics = {name: minutes(text) for name, text in case["series"].items()}
    band = tuple(case["band"]) if "band" in case else None
    return states(alarm, metrics, band=band)[-1]


def played_together(rule: Rule, case: Mapping[str, Any]) -> tuple[State, bool]:
    """Return the state of a composite whose parts stay as they are for ten minutes, and whether it tells of it."""
    lasting = 10
    made = composite_states(rule, {name: [state] * lasting for name, state in case["parts"].items()})
    suppressor = [case["suppressor"]] * lasting if "suppressor" in case else []
    return made[-1], bool(told(made, suppressor))
