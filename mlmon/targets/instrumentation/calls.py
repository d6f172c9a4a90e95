"""What a request counts: the methods that run when it begins and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.expressions import in_unit, outcome_variable, series
from mlmon.targets.instrumentation.families import given
from mlmon.targets.instrumentation.labels import Value
from mlmon.targets.instrumentation.outcomes import COUNTED_AT, OUTCOMES, outcome_values, values
from mlmon.targets.instrumentation.python import bracketed, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlmon.plan.signals import Signal
    from mlmon.targets.instrumentation.families import Exposed

_OF_CALLS: Final = {
    "active_requests": "gauge",
    "requests": "counter",
    "errors": "counter",
    "client_errors": "counter",
    "fallbacks": "counter",
    "latency": "histogram",
}
"""Kinds of the signals that a request changes by itself."""
_REASON: Final = "reason"


@dataclass(frozen=True)
class Calls:
    """The signals of a component that each request changes by itself."""

    item: Exposed
    serves: bool
    names: Mapping[Signal, str]

    @cached_property
    def handled(self) -> tuple[Signal, ...]:
        """The signals that need no method of their own."""
        signals = [(self.item.signal(name), kind) for name, kind in _OF_CALLS.items() if self.serves]
        found = [signal for signal, kind in signals if signal and signal.kind == kind]
        # What is read from the histogram of the latency, such as its count, needs nothing of its own.
        beside = [member for signal in found for member in self.item.family(signal).members if signal.name == "latency"]
        return tuple(dict.fromkeys([*found, *beside]))

    @cached_property
    def asked(self) -> list[str]:
        """Canonical names of the labels that only the caller of `inference` knows."""
        alone = [signal for signal in self.handled if signal.name == "requests" or not self._shares(signal)]
        found = [name for signal in alone for name in given(self._values(signal).values())]
        return [name for name in dict.fromkeys(found) if name != _REASON]

    def _values(self, signal: Signal) -> dict[str, Value]:
        return values(self.item, self.item.family(signal), signal)

    def _metric(self, signal: Signal) -> str:
        return f"self._{self.names[self.item.family(signal).leading]}"

    def _series(self, signal: Signal, call: str, indent: int = 8) -> tuple[list[str], str]:
        return series(self._metric(signal), self.item.family(signal), self._values(signal), call, indent)

    def _signal(self, name: str) -> Signal | None:
        return next((signal for signal in self.handled if signal.name == name), None)

    def methods(self) -> Iterator[list[str]]:
        """Yield `_begin` and `_end`."""
        if not self.serves:
            return
        active = self._signal("active_requests")
        if active:
            before, found = self._series(active, "call")
            yield ["    def _begin(self, call: Inference) -> None:", *before, f"        {found}.inc()"]
        yield ["    def _end(self, call: Inference) -> None:", *self._end()]

    def _end(self) -> Iterator[str]:
        active = self._signal("active_requests")
        if active:
            before, found = self._series(active, "call")
            yield from (*before, f"        {found}.dec()")
        requests, latency = self._signal("requests"), self._signal("latency")
        together = requests and latency and self.item.family(requests) == self.item.family(latency)
        if requests:
            yield from self._outcomes(requests)
            before, found = self._series(requests, "call")
            yield from before
            yield f"        {found}.{self._observe(latency) if together and latency else 'inc()'}"
        if latency and not together:
            yield from self._under('call.outcome != "rejected"', latency, self._observe(latency))
        for name, outcome in COUNTED_AT.items():
            signal = self._signal(name)
            if signal and not self._shares(signal):
                yield from self._under(f'call.outcome == "{outcome}"', signal, "inc()")

    @staticmethod
    def _observe(signal: Signal) -> str:
        return f"observe({in_unit('call.seconds', signal)})"

    def _under(self, condition: str, signal: Signal, method: str) -> Iterator[str]:
        before, found = self._series(signal, "call", 12)
        yield from (f"        if {condition}:", *before, f"            {found}.{method}")

    def _outcomes(self, requests: Signal) -> Iterator[str]:
        family = self.item.family(requests)
        for label, value in self._values(requests).items():
            if value.kind == "outcome":
                names = outcome_values(self.item.labels, family, label) or {}
                items = [f"{string(outcome)}: {string(names[outcome])}" for outcome in OUTCOMES]
                yield from bracketed(f"{outcome_variable(label)} = {{", items, "}[call.outcome]", 8)

    def prepare(self) -> list[str]:
        """Return `_prepare`, if any: series that would be missing until the first error, its increase unseen."""
        lines = [line for signal in self.handled for line in self._begun(signal)]
        return ["    def _prepare(self) -> None:", *lines] if lines else []

    def _begun(self, signal: Signal) -> Iterator[str]:
        family, found = self.item.family(signal), self._values(signal)
        if not family.labels or family.kind not in ("Counter", "Histogram") or given(found.values()):
            return
        outcomes = [label for label, value in found.items() if value.kind == "outcome"]
        if len(outcomes) == 1:
            names = outcome_values(self.item.labels, family, outcomes[0]) or {}
            items = [string(name) for name in dict.fromkeys(names.values())]
            yield from bracketed(f"for {outcome_variable(outcomes[0])} in [", items, "]:", 8)
            before, expression = self._series(signal, "self", 12)
            yield from (*before, f"            {expression}")
        elif not outcomes and not (signal.name != "requests" and self._shares(signal)):
            before, expression = self._series(signal, "self")
            yield from (*before, f"        {expression}")

    def _shares(self, signal: Signal) -> bool:
        requests = self._signal("requests")
        return requests is not None and self.item.family(signal) == self.item.family(requests)
