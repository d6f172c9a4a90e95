"""The example fleet of the repository, and the alerts that its Prometheus would send."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from mlmon.packs.load import library
from mlmon.plan.build import build
from mlmon.plan.model import Plan
from mlmon.spec.load import load
from mlmon.targets import prometheus

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Sent:
    """An alert as Alertmanager gets it."""

    labels: tuple[tuple[str, str], ...]
    annotations: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, label: str) -> str:
        return dict(self.labels).get(label, "")

    def __str__(self) -> str:
        return " ".join(value for _, value in self.labels)


@cache
def fleet() -> Plan:
    """The plan of mlmon.yaml and specs/."""
    plan = build(load(ROOT), library()).plan
    assert plan is not None
    return plan


def sent(plan: Plan) -> list[Sent]:
    """Every alert that the plan's rules can send, once, with the labels that the rules give it."""
    alerts = []
    for text in prometheus.render(plan).values():
        for group in yaml.safe_load(text)["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    labels = {"alertname": rule["alert"], **rule["labels"]}
                    alerts.append(Sent(tuple(sorted(labels.items())), tuple(sorted(rule["annotations"].items()))))
    return alerts
