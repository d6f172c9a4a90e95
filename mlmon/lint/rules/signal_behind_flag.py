"""An alert that a spec asks for reads a metric that exists only when a flag is set, and nothing watches for it.

Why: without the flag there is no series, and an alert without series is silent for ever. It looks exactly like an
alert that has no reason to fire. SLOs are left out, since they have an alert on lost data of their own; so is a family
of metrics that the spec chooses by name.

Instead: set the flag, and let the absence of the metric be an alert too, so that an upgrade which loses the flag is
noticed:

    alerts:
      GPUThrottlingUnknown:
        expr: absent(DCGM_FI_DEV_THERMAL_VIOLATION{namespace="ml-production"})
        severity: ticket
        layer: infrastructure
        summary: The exporter does not report GPU throttling.

Source: https://docs.nvidia.com/datacenter/dcgm/latest/gpu-telemetry/dcgm-exporter.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.lint.context import Context, Issue
from mlmon.lint.urgency import is_asked_for
from mlmon.lint.written import written
from mlmon.plan.conditions import Absent, BudgetSpent, BurnRate, NoData
from mlmon.promql.tree import calls, kind, metric, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.packs.load import Library
    from mlmon.plan.model import Alert, ServicePlan
    from mlmon.plan.signals import Signal

SEVERITY = Severity.NOTE

_ABSENT: Final = frozenset({"absent", "absent_over_time"})


def check(context: Context) -> Iterator[Issue]:
    """Yield every signal behind a flag with the first alert that a spec or a tier asks for."""
    watched = _watched_metrics(context)
    for service in context.plan.services:
        known = _chosen(service, context.library)
        for alert in service.alerts:
            read = alert.condition.signals if is_asked_for(alert, service) and not _is_of_slo(alert) else ()
            for signal in read:
                if signal.enabled_by and signal not in known and not _metrics(signal) <= watched:
                    known.add(signal)
                    message = f"{alert.name} reads {signal.name}, which exists only with {signal.enabled_by}"
                    yield Issue(alert.origin, message, "set it, and add an alert on the metric's absence")


def _chosen(service: ServicePlan, library: Library) -> set[Signal]:
    """The signals of a family of metrics that a spec chose by name: whoever did so knows what has to be set for it."""
    chosen = set()
    for component in service.components:
        loaded = library.packs.get(component.preset)
        family = loaded.pack.families.get(dict(component.parameters).get("family", "")) if loaded else None
        chosen |= {signal for signal in component.signals if family and signal.name in family.signals}
    return chosen


def _is_of_slo(alert: Alert) -> bool:
    return isinstance(alert.condition, BurnRate | BudgetSpent | NoData)


def _metrics(signal: Signal) -> set[str]:
    # What CloudWatch needs is a parameter of the spec, without which the signal is not bound at all.
    return {series.metric for series in signal.prometheus.series} if signal.prometheus else set()


def _watched_metrics(context: Context) -> set[str]:
    """The metrics whose absence is an alert."""
    found = set()
    for alert in context.plan.alerts:
        if isinstance(alert.condition, Absent):
            found |= _metrics(alert.condition.signal)
    for _, root in written(context):
        for call in calls(root, _ABSENT):
            names = {metric(node) for node in nodes(call) if kind(node) == "VectorSelector"}
            found |= {name.removesuffix(end) for name in names for end in ("", "_bucket", "_count", "_sum")}
    return found
