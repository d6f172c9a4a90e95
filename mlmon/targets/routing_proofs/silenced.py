"""Which alerts of a service silence an alert, said in the plan's own terms.

A reason is a sentence about two alerts of one service. In all of them the source is at least as urgent as the target
and is sent at every hour at which the target is; SLOs that are counted by group silence within their group only.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import BurnRate
from mlmon.plan.labels import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlmon.plan.model import Alert
    from mlmon.plan.routing import Routing

    Reason = Callable[[Alert, Alert, Routing], bool]


def silencers(target: Alert, alerts: Iterable[Alert], routing: Routing) -> dict[str, list[Alert]]:
    """Return the alerts that silence it, by the first reason that they have; empty where nothing does."""
    found: dict[str, list[Alert]] = defaultdict(list)
    for source in alerts:
        if not _heard(source, target, routing):
            continue
        reason = next((name for name, holds in _REASONS.items() if holds(source, target, routing)), None)
        if reason:
            found[reason].append(source)
    return dict(found)


def _heard(source: Alert, target: Alert, routing: Routing) -> bool:
    """Whoever is not told of the target has been told of the source."""
    told, quiet = routing.severity(source.severity), routing.severity(target.severity)
    return routing.severities.index(told) <= routing.severities.index(quiet) and (told.always or not quiet.always)


def _pages(alert: Alert, routing: Routing) -> bool:
    return routing.severity(alert.severity).paging


def _is_symptom(alert: Alert) -> bool:
    return alert.kind == "symptom" and not alert.outage


def _slo(alert: Alert) -> str:
    return dict(alert.labels).get("slo", "")


def _same_alert(source: Alert, target: Alert, routing: Routing) -> bool:
    """The page about it is out: the ticket adds nothing."""
    same = (source.name, source.component, _slo(source)) == (target.name, target.component, _slo(target))
    return same and source.severity != target.severity and _pages(source, routing)


def _faster_tier(source: Alert, target: Alert, routing: Routing) -> bool:
    """While a budget burns fast it burns slowly, too."""
    del routing
    fast, slow = source.condition, target.condition
    if not isinstance(fast, BurnRate) or not isinstance(slow, BurnRate) or fast.slo != slow.slo:
        return False
    return (fast.tier.long, fast.tier.short) < (slow.tier.long, slow.tier.short)


def _outage(source: Alert, target: Alert, routing: Routing) -> bool:
    """A server that is gone explains every symptom, a missing report on the model those of the model."""
    del routing
    explains = source.layer != "model" or target.layer == "model"
    return source.outage and _is_symptom(target) and explains


def _cause(source: Alert, target: Alert, routing: Routing) -> bool:
    """Whoever was woken because it is gone looks for the cause; a page about that would be the second one."""
    at_work = source.outage and _pages(source, routing) and source.layer != "model"
    page = _pages(target, routing) and target.kind == "cause" and not target.outage
    return at_work and page and target.layer != "model"


def _budget(source: Alert, target: Alert, routing: Routing) -> bool:
    """The budget that pages is spent by what the threshold measures."""
    about = source.signal == target.signal != "" and source.layer == target.layer
    threshold = _is_symptom(target) and not _slo(target)
    return isinstance(source.condition, BurnRate) and _pages(source, routing) and about and threshold


def _below(source: Alert, target: Alert, routing: Routing) -> bool:
    """What broke below shows above; an outage yields only to an outage."""
    lower = LAYERS.index(source.layer) < LAYERS.index(target.layer)
    explains = source.outage or not target.outage
    return _pages(source, routing) and lower and target.kind == "symptom" and explains


_REASONS: Final[dict[str, Reason]] = {
    "more urgent": _same_alert,
    "faster tier": _faster_tier,
    "outage": _outage,
    "cause of an outage": _cause,
    "budget": _budget,
    "layer below": _below,
}
