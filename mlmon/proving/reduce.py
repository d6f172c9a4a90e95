"""Takes from a rule file what some alerts need, word for word: promtool evaluates every rule at every step."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from mlmon.yamlread import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.model import Alert
    from mlmon.targets.proofs.proof import Proof

_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")

Rule = dict[str, Any]
Group = dict[str, Any]


def reduced(proof: Proof, rules: str) -> list[Group]:
    """Return the groups of a rule file that a proof needs: its alert, and the recordings that it reads.

    Where labels and annotations are compared, promtool lists all alerts of one name, and all of them are there. What
    the proof feeds under the name of a recording is not recorded as well, unless its value is asked for: then what is
    fed is its past. Everything else is as it ships.
    """
    shipped = _shipped(rules)
    fed = {series.partition("{")[0] for series in proof.series}
    named = shipped.alerts.get(proof.alert.name, [])
    listed = any(check.alerts is not None for check in proof.checks)
    alerts = [rule for rule in named if listed or _is_rule_of(rule, proof.alert)]
    asked = [check.expression for check in proof.checks if "ALERTS" not in check.expression]
    # A proof of what an SLO counts asks for recordings, and needs no alert.
    chosen = {id(rule) for rule in ([] if any(asked) else alerts)}
    fed -= {name for text in asked for name in _NAME.findall(text)}
    chosen |= _read_by([*asked] if any(asked) else [rule["expr"] for rule in alerts], shipped, fed)
    return [
        {**group, "rules": found}
        for group in shipped.groups
        if (found := [rule for rule in group["rules"] if id(rule) in chosen])
    ]


def as_rule_file(groups: list[Group]) -> str:
    """Write groups as a rule file, in JSON, which is YAML, too."""
    return json.dumps({"groups": groups}, ensure_ascii=False, indent=1)


def _is_rule_of(rule: Rule, alert: Alert) -> bool:
    own = {"component": alert.component, "severity": alert.severity, **dict(alert.labels)}
    return all(rule["labels"].get(name) == value for name, value in own.items())


@dataclass(frozen=True)
class _Shipped:
    """A rule file, with its rules by name."""

    groups: list[Group]
    alerts: dict[str, list[Rule]]
    records: dict[str, list[Rule]]


@lru_cache(maxsize=4)
def _shipped(rules: str) -> _Shipped:
    groups: list[Group] = read_yaml(rules)["groups"]
    found = _Shipped(groups, {}, {})
    for rule in (rule for group in groups for rule in group["rules"]):
        named = found.alerts if "alert" in rule else found.records
        named.setdefault(rule.get("alert") or rule["record"], []).append(rule)
    return found


def _read_by(expressions: Iterable[str], shipped: _Shipped, fed: set[str]) -> set[int]:
    """Return the ids of the recordings that expressions read, and of those that these read in turn."""
    found: set[int] = set()
    left = list(expressions)
    while left:
        text = left.pop()
        for name in (shipped.records.keys() & set(_NAME.findall(text))) - fed:
            for rule in shipped.records[name]:
                if id(rule) not in found and _is_meant(rule, text):
                    found.add(id(rule))
                    left.append(rule["expr"])
    return found


def _is_meant(rule: Rule, text: str) -> bool:
    """Tell whether an expression can mean this recording of several with one name: it names all of its labels."""
    return all(json.dumps(value, ensure_ascii=False) in text for value in rule.get("labels", {}).values())
