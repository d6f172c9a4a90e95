"""Inhibition: what another alert already says is held back.

While a source alert fires, its targets (same values of the `equal` labels) are not sent; they are when it ends. That
makes an incident one page only where the source comes first; where it may come later, grouping does (tree.py).
Six reasons, one function each:

1. `_urgency`: the ticket beside a page about the same alert adds nothing.
2. `_burn_tiers`: while the budget burns fast it also burns slowly; the fast tier says how much time is left.
3. `_outage`: a service that is gone is slow, failing and idle as well; those are symptoms, not further incidents.
4. `_causes`: who has been woken because the service is gone finds the cause; a page about it would be the second one.
5. `_budgets`: a threshold on the signal whose budget burns at a page's rate says the same thing a second time.
6. `_layers`: what broke below shows above; only a page may silence, since it alone wakes someone who will look.

Three properties keep an alert from being silenced by one that nobody hears of, and tests hold them for every pair:

- A source is at least as urgent as its target and is sent at every hour at which the target is (`_hears`).
- The relation has no cycle: at equal urgency a source is an outage and its target is not, or it lies on a lower
  layer, or its burn tier is faster, or it alone has a burn tier; so whatever is silenced, some alert at the top is
  sent.
- Both sides are alerts of mlmon (`_ours`).

An outage is silenced by nothing but an outage below it: what the user sees is never hidden behind its cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.labels import LAYERS
from mlmon.targets.alertmanager.matchers import among, differs, equal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Plan
    from mlmon.plan.routing import Severity

_SYMPTOM: Final = equal("kind", "symptom")
_CAUSE: Final = equal("kind", "cause")
_OUTAGE: Final = equal("outage", "true")
_NO_OUTAGE: Final = differs("outage", "true")


def inhibit_rules(plan: Plan) -> list[dict[str, Any]]:
    """Return the rules, grouped by reason; those about outages and burn tiers only where the plan has them."""
    return [*_urgency(plan), *_burn_tiers(plan), *_outage(plan), *_causes(plan), *_budgets(plan), *_layers(plan)]


def _rule(source: list[str], target: list[str], *same: str) -> dict[str, Any]:
    return {"source_matchers": _ours(source), "target_matchers": _ours(target), "equal": ["service", *same]}


def _ours(matchers: list[str]) -> list[str]:
    """Leave out alerts of other origin, which lack these labels: a label that both sides lack counts as equal."""
    has_layer = any(matcher.startswith("layer=") for matcher in matchers)
    return [*matchers, differs("service"), *([] if has_layer else [differs("layer")])]


def _hears(severities: tuple[Severity, ...], source: Severity, *, itself: bool = True) -> list[str]:
    """The severities that may be silenced: less urgent (or `itself`), and never sent while the source is held back."""
    position = severities.index(source)
    below = severities[position if itself else position + 1 :]
    return [target.name for target in below if source.always or not target.always]


def _of_slos(plan: Plan) -> list[str]:
    """The labels that tell the alerts of SLOs apart: one region's budget says nothing about another's."""
    groups = {label for service in plan.services for slo in service.slos for label in slo.group_labels}
    return ["slo", *sorted(groups)]


def _urgency(plan: Plan) -> Iterator[dict[str, Any]]:
    severities = plan.routing.severities
    for severity in severities:
        targets = _hears(severities, severity, itself=False)
        if severity.paging and targets:
            source = [equal("severity", severity.name)]
            yield _rule(source, [among("severity", targets)], "alertname", "component", *_of_slos(plan))


def _burn_tiers(plan: Plan) -> Iterator[dict[str, Any]]:
    """One rule for each tier that has slower ones of a severity it may silence; the shorter its windows, the faster."""
    routing = plan.routing
    tiers = {tier.name: tier for service in plan.services for slo in service.slos for tier in slo.tiers}
    ordered = sorted(tiers.values(), key=lambda tier: (tier.long, tier.short, tier.name))
    for position, tier in enumerate(ordered):
        silenced = _hears(routing.severities, routing.severity(tier.severity))
        slower = [other.name for other in ordered[position + 1 :] if other.severity in silenced]
        if slower:
            source, target = [equal("burn_tier", tier.name)], [among("burn_tier", slower)]
            yield _rule(source, target, "alertname", *_of_slos(plan))


def _outage(plan: Plan) -> Iterator[dict[str, Any]]:
    """A server that is gone explains every symptom; a missing report on the model explains the model's only."""
    severities = plan.routing.severities
    for severity in severities:
        affected = among("severity", _hears(severities, severity))
        for layers, explained in ((LAYERS[:2], LAYERS), (LAYERS[2:], LAYERS[2:])):
            if _has_outage(plan, layers, severity.name):
                source = [_OUTAGE, equal("severity", severity.name), among("layer", layers)]
                yield _rule(source, [_SYMPTOM, _NO_OUTAGE, affected, among("layer", explained)])


def _causes(plan: Plan) -> Iterator[dict[str, Any]]:
    """Only pages are held back: the ticket about a cause tells whoever looks into the outage what to look at."""
    severities = plan.routing.severities
    for severity in (severity for severity in severities if severity.paging):
        pages = [name for name in _hears(severities, severity) if plan.routing.severity(name).paging]
        if _has_outage(plan, LAYERS[:2], severity.name):
            source = [_OUTAGE, equal("severity", severity.name), among("layer", LAYERS[:2])]
            yield _rule(source, [_CAUSE, _NO_OUTAGE, among("severity", pages), among("layer", LAYERS[:2])])


def _budgets(plan: Plan) -> Iterator[dict[str, Any]]:
    """Of two pages about the same signal the one that knows what is left of the budget is worth more."""
    severities = plan.routing.severities
    for severity in (severity for severity in severities if severity.paging):
        slos = [slo for service in plan.services for slo in service.slos]
        if any(tier.severity == severity.name for slo in slos for tier in slo.tiers):
            source = [differs("burn_tier"), equal("severity", severity.name), differs("signal")]
            affected = among("severity", _hears(severities, severity))
            target = [_SYMPTOM, _NO_OUTAGE, affected, equal("burn_tier", ""), equal("slo", "")]
            yield _rule(source, target, "layer", "signal")


def _layers(plan: Plan) -> Iterator[dict[str, Any]]:
    severities = plan.routing.severities
    for severity in (severity for severity in severities if severity.paging):
        affected = among("severity", _hears(severities, severity))
        for position, layer in enumerate(LAYERS[:-1]):
            above = LAYERS[position + 1 :]
            source = [equal("severity", severity.name), equal("layer", layer)]
            yield _rule(source, [_SYMPTOM, _NO_OUTAGE, affected, among("layer", above)])
            if _has_outage(plan, (layer,)) and _has_outage(plan, above):
                yield _rule([*source, _OUTAGE], [_SYMPTOM, _OUTAGE, affected, among("layer", above)])


def _has_outage(plan: Plan, layers: tuple[str, ...], severity: str | None = None) -> bool:
    outages = (alert for alert in plan.alerts if alert.outage and severity in {None, alert.severity})
    return any(alert.layer in layers for alert in outages)
