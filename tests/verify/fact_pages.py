"""Pages of metrics made from the facts that are written down of each system, as its exporter would serve them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mlmon.plan.model import Component
from mlmon.plan.signals import Matcher
from tests.support.matching import example

PACKS = Path(__file__).parent.parent / "packs"
ADDED = {"job", "instance"}
"""By the scrape."""
KINDS = {"counter": "counter", "gauge": "gauge", "timestamp": "gauge", "histogram": "histogram"}
SECONDS = (0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 30, 60, 120)
"""Where neither facts nor pack know them: the deployment decides."""
_LAST = "+Inf"


@cache
def facts() -> dict[str, dict[str, dict[str, Any]]]:
    """Metrics by pack, then by name; client libraries give every process some."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted(PACKS.glob("metric_facts*.yaml")):
        for name, system in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for pack in system.get("packs", [name]):
                found.setdefault(pack, {}).update(system["metrics"])
    return found


@dataclass
class Family:
    """A metric as a page shows it; tests damage it before it is written."""

    name: str
    type: str
    buckets: list[str] = field(default_factory=list)
    series: list[dict[str, str]] = field(default_factory=list)
    value: float = 1

    def lines(self) -> Iterator[str]:
        yield f"# TYPE {self.name} {self.type}"
        for labels in self.series:
            if self.type != "histogram":
                yield f"{self.name}{_braces(labels)} {self.value}"
                continue
            for bound in (*self.buckets, _LAST):
                yield f"{self.name}_bucket{_braces(labels | {'le': bound})} 1"
            yield f"{self.name}_sum{_braces(labels)} {self.value}"
            yield f"{self.name}_count{_braces(labels)} 1"


def _braces(labels: dict[str, str]) -> str:
    pairs = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def families(component: Component) -> dict[str, Family]:
    """What the component's exporter serves, with every series that its signals select.

    Of metrics with names of the organisation's own there are no facts but the pack.
    """
    known = facts().get(component.preset, {}) | facts()["prometheus-client"]
    found: dict[str, Family] = {}
    for signal in component.signals:
        binding = signal.prometheus
        for series in binding.series if binding else ():
            if binding is None or series.metric == "up":
                continue
            fact = known.get(series.metric) or {"type": KINDS[signal.kind], "labels": dict(binding.labels).values()}
            bounds = fact.get("buckets") or binding.buckets or [bound / float(binding.scale) for bound in SECONDS]
            family = found.setdefault(
                series.metric, Family(series.metric, fact["type"], [str(bound) for bound in bounds])
            )
            names = list(dict.fromkeys([*fact["labels"], *(item.label for item in series.matchers)]))
            family.series.append(_labels([name for name in names if name not in ADDED], series.matchers))
    for family in found.values():
        family.series = [dict(pairs) for pairs in dict.fromkeys(tuple(item.items()) for item in family.series)]
    return found


def _labels(names: list[str], matchers: tuple[Matcher, ...]) -> dict[str, str]:
    return {
        name: example([item for item in matchers if item.label == name] or [Matcher(name, "=", "x")]) for name in names
    }


def page(found: dict[str, Family]) -> str:
    """Write a page."""
    return "".join(f"{line}\n" for family in found.values() for line in family.lines())
