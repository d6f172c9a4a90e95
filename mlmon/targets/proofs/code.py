"""Proves that a gauge which holds the last error code alerts on a new code, and not on one that is still there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.targets.proofs.expected import instance
from mlmon.targets.proofs.grids import grid
from mlmon.targets.proofs.inputs import bound, group_in, stream
from mlmon.targets.proofs.labels import inside
from mlmon.targets.proofs.proof import Check, Proof, Step, firing, not_firing, silent, ticks
from mlmon.targets.proofs.states import Span
from mlmon.targets.proofs.timeline import Stretch, written
from mlmon.targets.proofs.window import Window

if TYPE_CHECKING:
    from mlmon.plan.conditions import NewCode
    from mlmon.plan.model import Alert, Outputs, ServicePlan

_CODE: Final = Decimal(79)


def prove(alert: Alert, item: NewCode, service: ServicePlan, outputs: Outputs) -> Proof:
    """Return the proof: no code, an old one, one that is new, one that goes, and one that a series is born with."""
    how, at = bound(item.signal), grid((alert.for_, alert.keep_firing_for), (item.window,))
    metric, names = how.series[0].metric, [how.label(name) for name in item.by]
    wait, keep = ticks(alert.for_, at.step), ticks(alert.keep_firing_for, at.step)
    count = int(item.window.seconds / at.spacing)
    past = Window((count - 1, count), at.per_tick).passed()

    def shows(name: str, code: Decimal) -> tuple[str, dict[str, str], Decimal]:
        return metric, inside(how.series[0], {label: f"{label}-{name}" for label in names}), code

    def stretch(start: int, length: int, *shown: tuple[str, dict[str, str], Decimal]) -> Stretch:
        return Stretch(Span(start, length), tuple(stream(name, labels, "gauge", code) for name, labels, code in shown))

    # An old code has to be older than the window and than the stretch before it, in which it was not there.
    begun, changed = 0, 2 * past.last + 2
    end = changed + past.last + keep + wait + 2
    old, new = shows("old", _CODE), shows("new", _CODE)
    stretches = (
        stretch(begun, changed, old, shows("new", Decimal(0)), shows("cleared", _CODE)),
        stretch(changed, end - changed, old, new, shows("cleared", Decimal(0))),
        stretch(end, wait + 3, old, new, shows("born", _CODE)),
    )
    group = group_in(item.by, item.signal, stretches[1].streams[1])
    checks = (
        silent(Step.HEALTHY, changed - 1, alert),
        silent(Step.SHORT, changed, alert),
        not_firing(Step.WAITING, changed + wait, alert),
        firing(Step.FIRING, changed + 1 + wait, alert),
        Check(Step.TEXTS, changed + 1 + wait, alerts=(instance(alert, service, outputs, group, _CODE),)),
        firing(Step.LASTING, changed + past.first - 1, alert),
        silent(Step.RESOLVED, changed + past.last + 1 + keep, alert),
        firing(Step.FIRING, end + 1 + wait, alert),
    )
    keys = {f"metric {metric}", f"alert {alert.name}"}
    return Proof(alert, at, written(stretches, at), checks, frozenset(keys))
