"""Thresholds: what the spec, its tier or the pack says for a severity, read in the signal's unit and range."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place
from mlmon.plan.quantities import Quantile
from mlmon.units import Duration, UnitError, read, show

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from mlmon.packs.model import Default
    from mlmon.plan.quantities import Quantity
    from mlmon.spec.load import Loaded
    from mlmon.spec.project import Project
    from mlmon.spec.service import Limit, Service
    from mlmon.spec.source import Document

OFF = "off"
"""Written instead of a threshold, it removes a default."""


@dataclass(frozen=True)
class Chosen:
    """The threshold that holds (raw, as written), its `for`, and where it was written."""

    at: str | int | Decimal | None
    for_: Duration
    keep_firing_for: Duration | None
    origin: Place


class Limits:
    """Looks thresholds up for one service: its spec first, then its tier, then the pack's default."""

    def __init__(self, service: Loaded[Service], project: Loaded[Project]) -> None:
        tier = project.model.tiers.get(service.model.metadata.tier)
        self.used: set[str] = set()
        self._service = service
        self._tables: list[tuple[Mapping[str, Mapping[str, Limit]], Document, tuple[str, ...]]] = [
            (service.model.thresholds, service.document, ("thresholds",)),
            (tier.thresholds if tier else {}, project.document, ("tiers", service.model.metadata.tier, "thresholds")),
        ]

    def choose(self, key: str | None, defaults: Mapping[str, Default], fallback: Place) -> dict[str, Chosen]:
        """Return what holds for each severity; severities without a threshold are left out."""
        chosen = {
            name: Chosen(default.at, default.for_, default.keep_firing_for, fallback)
            for name, default in defaults.items()
            if default.at is not None or key is None
        }
        if key is None:
            return chosen
        first = next(iter(defaults.values()))
        named = [severity for table, _, _ in self._tables for severity in table.get(key, {})]
        for severity in (*defaults, *named):
            default = defaults.get(severity, first)
            base = Chosen(default.at if severity in chosen else None, default.for_, default.keep_firing_for, fallback)
            chosen[severity] = self.single(key, severity, base)
        chosen = {severity: choice for severity, choice in chosen.items() if choice.at is not None}
        return {severity: choice for severity, choice in chosen.items() if choice.at != OFF}

    def single(self, key: str, severity: str, default: Chosen) -> Chosen:
        """Return what holds for one threshold and severity, `default` where neither spec nor tier says."""
        self.used.add(key)
        for table, document, prefix in self._tables:
            limit = table.get(key, {}).get(severity)
            if limit:
                origin = document.locate((*prefix, key, severity))
                return replace(default, at=limit.at, for_=limit.for_ or default.for_, origin=origin)
        return default

    def unused(self) -> list[str]:
        """Names of thresholds in the service's spec that no alert has asked for."""
        return [key for key in self._service.model.thresholds if key not in self.used]


def threshold(choice: Chosen, quantity: Quantity, op: str, problems: list[Finding]) -> Decimal | None:
    """Read a threshold in the quantity's unit; outside the unit or the range it is a finding and None."""
    if choice.at is None:
        return None
    try:
        value = read(choice.at, quantity.unit)
    except UnitError as error:
        problems.append(Finding(rule="spec-value", message=error.message, advice=error.advice, place=choice.origin))
        return None
    problem = _outside(value, quantity, op) or _beyond_buckets(value, quantity, op)
    if problem:
        problems.append(Finding(rule="threshold-range", message=problem[0], advice=problem[1], place=choice.origin))
        return None
    return value


def _outside(value: Decimal, quantity: Quantity, op: str) -> tuple[str, str] | None:
    low, high = quantity.bounds
    shown, name = show(value, quantity.unit), quantity.signals[0].name
    never = (op == "above" and high is not None and value >= high) or (
        op == "below" and low is not None and value <= low
    )
    always = (op == "above" and low is not None and value < low) or (
        op == "below" and high is not None and value > high
    )
    if not never and not always:
        return None
    span = " to ".join("any" if bound is None else show(bound, quantity.unit) for bound in (low, high))
    verb = "never" if never else "always"
    return (
        f"the threshold {shown} is outside the range of {name}: the alert would {verb} fire",
        f"choose a value within {span}",
    )


def _beyond_buckets(value: Decimal, quantity: Quantity, op: str) -> tuple[str, str] | None:
    binding = quantity.signals[0].prometheus
    if not isinstance(quantity, Quantile) or not binding or not binding.buckets or op != "above":
        return None
    top = max(binding.buckets) * binding.scale
    if value < top:
        return None
    metric = binding.series[0].metric
    shown, limit = show(value, quantity.unit), show(top, quantity.unit)
    message = f"the threshold {shown} is not below the top bucket of {metric}, {limit}"
    advice = (
        f"a quantile never exceeds the top bucket, so this could never fire: choose less than {limit}, or add buckets"
    )
    return message, advice
