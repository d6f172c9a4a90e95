"""Who silences whom, as inhibit.go decides it.

A label that both sides lack counts as equal. An alert that matches both sides of a rule is not inhibited by another one
of which the same is true, so that no alert silences itself. Whether a source is itself silenced does not matter.
https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mlmon.routing.matchers import all_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.routing.config import InhibitRule
    from mlmon.routing.matchers import Labels


def silenced_by(rules: Sequence[InhibitRule], firing: Sequence[Labels]) -> list[list[int]]:
    """Return for each of the alerts that fire together the positions of those that silence it, in order."""
    found: list[set[int]] = [set() for _ in firing]
    for rule in rules:
        sources = {number for number, labels in enumerate(firing) if all_match(rule.source, labels)}
        targets = {number for number, labels in enumerate(firing) if all_match(rule.target, labels)}
        by_key: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number in sources:
            by_key[_key(rule, firing[number])].append(number)
        for target in targets:
            same = by_key.get(_key(rule, firing[target]), ())
            found[target].update(source for source in same if not {source, target} <= sources & targets)
    return [sorted(sources) for sources in found]


def _key(rule: InhibitRule, labels: Labels) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)
