"""What the packs know about metrics that specs name in PromQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlmon.plan.model import Plan


def metric_kinds(plan: Plan) -> dict[str, str]:
    """Return the kind of every metric that a component of any service reads, such as `counter`.

    A metric that two signals read in different ways (a histogram's `_count` as a counter) is left out.
    """
    kinds: dict[str, str] = {}
    for service in plan.services:
        for component in service.components:
            for signal in component.signals:
                for series in signal.prometheus.series if signal.prometheus else ():
                    same = kinds.setdefault(series.metric, signal.kind) == signal.kind
                    kinds[series.metric] = signal.kind if same else ""
    return kinds
