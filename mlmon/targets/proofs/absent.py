"""Proves that an alert fires when every series of a signal is gone, and not while one is left."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mlmon.targets.proofs.expected import instance
from mlmon.targets.proofs.expected import labels as all_labels
from mlmon.targets.proofs.grids import grid
from mlmon.targets.proofs.inputs import bound, stream
from mlmon.targets.proofs.labels import inside
from mlmon.targets.proofs.proof import Check, Proof, Step, firing, labelled, not_firing, silent, ticks
from mlmon.targets.proofs.siblings import Siblings
from mlmon.targets.proofs.states import Span
from mlmon.targets.proofs.timeline import Stretch, written

if TYPE_CHECKING:
    from mlmon.plan.conditions import Absent
    from mlmon.plan.model import Alert, Outputs, ServicePlan


def prove(alert: Alert, item: Absent, service: ServicePlan, outputs: Outputs) -> Proof:
    """Return the proof; just short of absence is a series that shows 0."""
    how, at = bound(item.signal), grid((alert.for_, alert.keep_firing_for), ())
    series = how.series[0]
    labels = inside(series, {})
    wait, keep = ticks(alert.for_, at.step), ticks(alert.keep_firing_for, at.step)

    def present(start: int, length: int, amount: int) -> Stretch:
        return Stretch(Span(start, length), (stream(series.metric, labels, "gauge", Decimal(amount)),))

    gone = 2 * (wait + 2)
    back = gone + wait + 2
    end = back + keep + 2
    stretches = (
        present(0, wait + 2, 1),
        present(wait + 2, wait + 2, 0),
        Stretch(Span(gone, back - gone), ()),
        present(back, end - back, 1),
    )
    given: dict[str, list[str]] = {}
    for matcher in series.matchers:
        given.setdefault(matcher.label, []).append(matcher.value if matcher.op == "=" else "")
    group = {name: values[0] for name, values in given.items() if len(values) == 1 and values[0]}
    checks = (
        silent(Step.HEALTHY, wait + 2, alert),
        silent(Step.SHORT, gone, alert),
        not_firing(Step.WAITING, gone + wait, alert),
        firing(Step.FIRING, gone + 1 + wait, alert),
        _texts(back, alert, service, outputs, group),
        silent(Step.RESOLVED, back + keep + 1, alert),
        silent(Step.RESOLVED, end, alert),
    )
    keys = {f"metric {series.metric}", f"alert {alert.name}"}
    return Proof(alert, at, written(stretches, at), checks, frozenset(keys))


def _texts(tick: int, alert: Alert, service: ServicePlan, outputs: Outputs, group: dict[str, str]) -> Check:
    """Check labels and annotations; another component's alert of the same name has no series either, and fires."""
    if Siblings(alert, service).others:
        return labelled(tick, alert, all_labels(alert, service, group))
    return Check(Step.TEXTS, tick, alerts=(instance(alert, service, outputs, group, Decimal(1)),))
