"""The alerts that can arrive: their labels as the generated rules give them, and how a question names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mlmon.diagnostics import Finding, did_you_mean, one_of
from mlmon.yamlread import read_yaml

_COMMON: Final = frozenset({"alertname", "service", "team", "severity", "layer", "kind", "signal", "outage"})
RULE: Final = "route-unknown"


@dataclass(frozen=True)
class Known:
    """One alert of the rules. Labels that an expression adds (one for each GPU, say) are not known before it fires."""

    labels: tuple[tuple[str, str], ...]

    @cached_property
    def label(self) -> dict[str, str]:
        """The labels by name."""
        return dict(self.labels)

    @property
    def name(self) -> str:
        """`service/alert/severity`, as a question names it; several alerts may share it."""
        return "/".join(self.label.get(key, "") for key in ("service", "alertname", "severity"))

    def told_apart(self, others: Iterable[Known]) -> str:
        """Return the values that alerts of the same name differ in, such as `availability page-fast`."""
        namesakes = [other for other in others if other.name == self.name]
        keys = [key for key in sorted(self.label) if key not in _COMMON]
        differing = [key for key in keys if any(other.label.get(key) != self.label[key] for other in namesakes)]
        # The component of an SLO's alert is `slo`, which says nothing once the SLO is named.
        return " ".join(self.label[key] for key in sorted(differing, key=lambda key: (key != "slo", key)))


def alerts(rule_files: Iterable[str], severities: Sequence[str]) -> list[Known]:
    """Return the alerts of rule files, each set of labels once: by service and name, the most urgent first."""
    found: dict[Known, None] = {}
    for text in rule_files:
        for group in read_yaml(text)["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    labels = {"alertname": rule["alert"], **rule.get("labels", {})}
                    found[Known(tuple(sorted(labels.items())))] = None
    rank = {name: number for number, name in enumerate(severities)}

    def position(alert: Known) -> tuple[str, str, int]:
        service, name, severity = (alert.label.get(key, "") for key in ("service", "alertname", "severity"))
        return service, name, rank.get(severity, len(rank))

    return sorted(found, key=position)


def choose(known: Sequence[Known], question: str) -> list[Known] | Finding:
    """Return the alerts that `SERVICE/ALERT` or `SERVICE/ALERT/SEVERITY` names, or what is wrong with the name."""
    parts = question.split("/")
    if len(parts) not in {2, 3} or not all(parts):
        return Finding(
            rule=RULE, message=f'"{question}" names no alert', advice="write SERVICE/ALERT or SERVICE/ALERT/SEVERITY"
        )
    left = list(known)
    for part, key in zip(parts, ("service", "alertname", "severity"), strict=False):
        values = dict.fromkeys(alert.label.get(key, "") for alert in left)
        if part not in values:
            return _unknown(part, key, parts, list(values))
        left = [alert for alert in left if alert.label.get(key) == part]
    return left


def _unknown(part: str, key: str, parts: Sequence[str], values: list[str]) -> Finding:
    what = {
        "service": f'no alert is about a service "{part}"',
        "alertname": f'{parts[0]} has no alert "{part}"',
        "severity": f'{parts[0]}/{parts[1]} has no severity "{part}"',
    }[key]
    near = did_you_mean(part, values)
    return Finding(rule=RULE, message=what, advice=near or f"there is {one_of(values)}")
