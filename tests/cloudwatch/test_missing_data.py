"""AWS's own tables of what becomes of an alarm with missing data, row by row."""

import pytest

from mlmon.alarms.states import Missing, State, state

# CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": 5 points are retrieved, 3 evaluated.
# 0 is not breaching, X breaching, - missing; R retains the current state. The last three rows are of earlier editions.
TABLES = """
0 - X - X | 3 | OK OK OK OK
0 - - - - | 3 | OK OK OK OK
- - - - - | 3 | INSUFFICIENT_DATA R ALARM OK
0 X X - X | 3 | ALARM ALARM ALARM ALARM
- - X - - | 3 | ALARM R ALARM OK
0 - X - X | 2 | ALARM ALARM ALARM ALARM
0 0 X 0 X | 2 | ALARM ALARM ALARM ALARM
0 - X - - | 2 | OK OK ALARM OK
- - - - 0 | 2 | OK OK ALARM OK
- - - X - | 2 | ALARM R ALARM OK
- - - - X | 3 | INSUFFICIENT_DATA R ALARM OK
X - - - - | 3 | ALARM R ALARM OK
- - - - X | 2 | INSUFFICIENT_DATA R ALARM OK
"""
ROWS = [line.split(" | ") for line in TABLES.strip().splitlines()]
SETTINGS: tuple[Missing, ...] = ("missing", "ignore", "breaching", "notBreaching")
STATES: tuple[State, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")


@pytest.mark.parametrize(("points", "m", "expected"), ROWS, ids=[f"{m} of 3: {points}" for points, m, _ in ROWS])
def test_the_published_rows(points: str, m: str, expected: str) -> None:
    read = [{"0": False, "X": True, "-": None}[point] for point in points.split()]
    for missing, wanted in zip(SETTINGS, expected.split(), strict=True):
        for before in STATES:
            found = state(read, n=3, m=int(m), missing=missing, before=before)
            assert found == (before if wanted == "R" else wanted), (missing, before)


def test_the_latest_points_count_when_there_are_enough() -> None:
    assert state([True, True, True, False, True], n=3, m=3, missing="missing", before="ALARM") == "OK"
    assert state([True, True, True, False, True], n=3, m=2, missing="missing", before="OK") == "ALARM"
