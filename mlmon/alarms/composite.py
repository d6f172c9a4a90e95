"""A composite alarm over time: its state, and what it tells while another alarm suppresses its actions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html and, for suppression,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Composite_Alarm_Suppression.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mlmon.alarms.states import State

Rule: TypeAlias = Callable[[Mapping[str, State]], bool]
"""Whether a composite is in ALARM, given the states of its parts by name."""


def composite_states(rule: Rule, parts: Mapping[str, Sequence[State]]) -> list[State]:
    """Return the state after each minute; the parts have one state for each of the same minutes."""
    minutes = (dict(zip(parts, states, strict=True)) for states in zip(*parts.values(), strict=True))
    return ["ALARM" if rule(states) else "OK" for states in minutes]


def told(
    states: Sequence[State], suppressor: Sequence[State] = (), *, wait: int = 0, extension: int = 0
) -> list[tuple[int, State]]:
    """Return when the composite tells of a change: the minute's number and the state told of; it starts in OK.

    While the suppressor is in ALARM, and for `extension` seconds after it has left it, nothing is told; after a change
    `wait` seconds are left for the suppressor to go into ALARM. A change that is undone meanwhile is never told.
    """
    said: State = "OK"
    changed, released = -wait, -extension
    found: list[tuple[int, State]] = []
    for minute, now in enumerate(states):
        seconds = 60 * minute
        if minute == 0 or now != states[minute - 1]:
            changed = seconds
        if suppressor and suppressor[minute] == "ALARM":
            # The extension runs from the first minute at which the suppressor is no longer in ALARM.
            released = seconds + 60
            continue
        waits = bool(suppressor) and (seconds < changed + wait or (released > 0 and seconds < released + extension))
        if now != said and not waits:
            said = now
            found.append((minute, now))
    return found
