"""What the end of a request counts: the values of the labels that tell outcomes apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.labels import Labels, Value, witness

if TYPE_CHECKING:
    from mlmon.plan.signals import Matcher, Signal
    from mlmon.targets.instrumentation.families import Exposed, Family

OUTCOMES: Final = ("success", "fallback", "rejected", "error")
"""How a request ends, as the generated module calls it."""
COUNTED_AT: Final = {"errors": "error", "client_errors": "rejected", "fallbacks": "fallback"}
"""Signals that count one outcome only; `requests` counts every one."""
_STYLES: Final = {"500": ("200", "400"), "5xx": ("2xx", "4xx")}
"""What success and refusal are called where errors are called this."""


def outcome_values(labels: Labels, family: Family, label: str) -> dict[str, str] | None:
    """Return the value of a label for each outcome; empty where no outcome depends on it, None where none is known."""
    events = {
        signal: _on(labels, signal, label) for signal in family.members if signal.name in (*COUNTED_AT, "requests")
    }
    if not any(events.values()):
        return {}
    found = {outcome: _value(events, outcome, ()) for outcome in ("error", "rejected")}
    success, refused = _STYLES.get(found["error"] or "", ("success", "rejected"))
    found["rejected"] = _value(events, "rejected", (refused,))
    found["success"] = _value(events, "success", (success,))
    found["fallback"] = _value(events, "fallback", (found["success"] or success,))
    values = {outcome: value for outcome in OUTCOMES if (value := found[outcome]) is not None}
    return values if len(values) == len(OUTCOMES) else None


def _on(labels: Labels, signal: Signal, label: str) -> list[Matcher]:
    return [matcher for matcher in labels.own(signal) if matcher.label == label]


def _value(events: dict[Signal, list[Matcher]], outcome: str, first: tuple[str, ...]) -> str | None:
    counts = {signal: COUNTED_AT.get(signal.name, outcome) == outcome for signal in events}
    wanted = [matcher for signal, matchers in events.items() if counts[signal] for matcher in matchers]
    unwanted = [matchers for signal, matchers in events.items() if matchers and not counts[signal]]
    return witness(wanted, unwanted, *first)


def values(item: Exposed, family: Family, signal: Signal) -> dict[str, Value]:
    """Return what each label of a family is set to on behalf of one signal."""
    found = {}
    for label in family.labels:
        by_outcome = outcome_values(item.labels, family, label) if signal.name == "requests" else {}
        several = by_outcome is not None and len(set(by_outcome.values())) > 1
        value = Value("outcome", label) if several else item.labels.value(signal, label)
        found[label] = value or Value("given", label)
    return found
