"""What AWS refuses about a composite alarm.

Source: CloudWatch API reference, "PutCompositeAlarm" (AlarmRule, ActionsSuppressor).
"""

from __future__ import annotations

from collections.abc import Iterator

from mlmon.targets.cloudwatch.alarm import CompositeAlarm
from mlmon.targets.cloudwatch.composite import children, rule_parts

MAX_CHILDREN = 100
"""Alarms that one rule may read."""

MAX_ELEMENTS = 500
"""Alarms (each time they occur) and parentheses in one rule."""

MAX_RULE = 10_240
"""Characters of a rule, with the names of its alarms."""


def composite_problems(alarm: CompositeAlarm) -> Iterator[str]:
    """Yield a sentence for each limit that the rule or the suppressor breaks."""
    parts = list(rule_parts(alarm.rule))
    read = children(alarm.rule)
    if not read:
        yield "the rule reads no alarm"
    if len(read) > MAX_CHILDREN:
        yield f"the rule reads {len(read)} alarms, {MAX_CHILDREN} are allowed"
    elements = sum(not isinstance(part, str) or part in ("(", ")") for part in parts)
    if elements > MAX_ELEMENTS:
        yield f"the rule has {elements} alarms and parentheses, {MAX_ELEMENTS} are allowed"
    length = sum(len(part) if isinstance(part, str) else len(part.name) for part in parts)
    if length > MAX_RULE:
        yield f"the rule has {length} characters, {MAX_RULE} are allowed"
    for child in read:
        if '"' in child.name:
            yield f"the alarm name {child.name!r} holds a quotation mark, which no rule can quote"
    if alarm.suppressor and min(alarm.suppressor.wait_seconds, alarm.suppressor.extension_seconds) < 0:
        yield "the suppressor's wait_seconds and extension_seconds must not be negative"
