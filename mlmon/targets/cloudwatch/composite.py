"""The rule of a composite alarm, taken apart for writing and for measuring.

Source: CloudWatch API reference, "PutCompositeAlarm", AlarmRule.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlmon.targets.cloudwatch.alarm import Alarm, AllOf, AnyOf, InState, Not, Rule


def rule_parts(rule: Rule) -> Iterator[str | Alarm]:
    """Yield the rule's text with each alarm where its name belongs, as in `ALARM("`, alarm, `")`."""
    if isinstance(rule, InState):
        yield from (f'{rule.state}("', rule.alarm, '")')
    elif isinstance(rule, Not):
        yield from ("NOT ", *_operand(rule.rule))
    else:
        for number, part in enumerate(rule.rules):
            yield from ([_operator(rule)] if number else [])
            yield from _operand(part)


def children(rule: Rule) -> list[Alarm]:
    """Return the alarms that the rule reads, each once, in the order of their first use."""
    alarms = {part.name: part for part in rule_parts(rule) if not isinstance(part, str)}
    return list(alarms.values())


def _operand(rule: Rule) -> Iterator[str | Alarm]:
    single = isinstance(rule, InState | Not)
    yield from rule_parts(rule) if single else ("(", *rule_parts(rule), ")")


def _operator(rule: AllOf | AnyOf) -> str:
    return " AND " if isinstance(rule, AllOf) else " OR "
