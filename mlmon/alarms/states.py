"""From points to a state: M of N, and the four ways to treat missing data.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Missing: TypeAlias = Literal["missing", "ignore", "breaching", "notBreaching"]
MORE_POINTS: Final = 2
"""How many points beyond `EvaluationPeriods` CloudWatch retrieves, as in its own examples."""


def state(points: Sequence[bool | None], *, n: int, m: int, missing: Missing, before: State) -> State:
    """Return the state after an evaluation.

    `points` is the evaluation range, oldest first: breaching, not breaching, or None for no data. `n` is
    EvaluationPeriods, `m` DatapointsToAlarm, `before` the state until now, which `ignore` retains.
    """
    real = [point for point in points if point is not None]
    if len(real) >= n:
        return _alarm_if(sum(real[-n:]) >= m)
    if not real:
        empty: dict[Missing, State] = {
            "missing": "INSUFFICIENT_DATA",
            "ignore": before,
            "breaching": "ALARM",
            "notBreaching": "OK",
        }
        return empty[missing]
    breaching, filled = sum(real), n - len(real)
    if breaching + (filled if missing == "breaching" else 0) >= m:
        return "ALARM"
    if missing in {"breaching", "notBreaching"} or breaching < len(real):
        return "OK"
    if missing == "ignore":
        return before
    # The "premature alarm": nothing but breaching points, of which the oldest is old enough to have been M of them.
    oldest = next(number for number, point in enumerate(points) if point is not None)
    return "ALARM" if len(points) - oldest >= m else "INSUFFICIENT_DATA"


def _alarm_if(breaching: bool) -> State:
    return "ALARM" if breaching else "OK"
