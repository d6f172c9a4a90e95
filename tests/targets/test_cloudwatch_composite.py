"""Composite alarms: their rules mean the same as text, and stay within what AWS takes."""

from dataclasses import replace
from typing import Any

import pytest

from mlmon.targets.cloudwatch.alarm import AllOf, AnyOf, CompositeAlarm, InState, Not, Suppressor
from mlmon.targets.cloudwatch.composite import rule_parts
from mlmon.targets.cloudwatch.limits import problems
from tests.support.cloudwatch import CPU as SINGLE
from tests.support.cloudwatch import ERRORS, LATENCY


def test_a_rule_keeps_its_meaning_inside_another() -> None:
    a, b = InState(alarm=ERRORS), InState(alarm=LATENCY, state="OK")
    rule = Not(AllOf((a, Not(b), AnyOf((a, b)))))
    text = "".join(
        part if isinstance(part, str) else part.name.removeprefix("fraud-detector-") for part in rule_parts(rule)
    )
    errors, latency = 'ALARM("errors")', 'OK("latency-p99")'
    assert text == f"NOT ({errors} AND NOT {latency} AND ({errors} OR {latency}))"


def named(*names: str) -> tuple[InState, ...]:
    return tuple(InState(alarm=replace(SINGLE, name=name)) for name in names)


def many(count: int, length: int = 4) -> AnyOf:
    return AnyOf(named(*(f"{number:0{length}}" for number in range(count))))


COMPOSITES = [
    (many(100), []),
    (many(101), ["the rule reads 101 alarms, 100 are allowed"]),
    (AllOf(()), ["the rule reads no alarm"]),
    (AllOf((AnyOf(named("a") * 498),)), []),
    (AllOf((AnyOf(named("a") * 499),)), ["the rule has 501 alarms and parentheses, 500 are allowed"]),
    (many(40, 243), []),
    (many(40, 244), ["the rule has 10276 characters, 10240 are allowed"]),
    (Not(*named('a"b')), ["the alarm name 'a\"b' holds a quotation mark, which no rule can quote"]),
]


@pytest.mark.parametrize(("rule", "sentences"), COMPOSITES)
def test_rules_of_composites(rule: Any, sentences: list[str]) -> None:
    assert problems(CompositeAlarm(name="page", rule=rule)) == sentences


def test_a_composite_has_the_limits_of_any_alarm_and_its_suppressors() -> None:
    suppressor = Suppressor(alarm=SINGLE, wait_seconds=-1, extension_seconds=0)
    alarm = CompositeAlarm(name="n" * 256, rule=many(1), suppressor=suppressor, alarm_actions=("page",) * 6)
    assert problems(alarm) == [
        "the name has 256 characters, 1 to 255 are allowed",
        "alarm_actions lists 6 actions, 5 are allowed for a state",
        "the suppressor's wait_seconds and extension_seconds must not be negative",
    ]
