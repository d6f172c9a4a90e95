"""Proves comparisons, alone or joined: each of them is held back once while the others are beyond."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mlmon.plan.conditions import Both, Compare
from mlmon.plan.quantities import FIVE_MINUTES, Increase, Level, Mean, PerRate, Quantile, Rate, Ratio, Variants
from mlmon.plan.trends import Hours, Slowdown, Trend
from mlmon.targets.proofs.expected import instance, labels
from mlmon.targets.proofs.forms import few, form
from mlmon.targets.proofs.grids import grid
from mlmon.targets.proofs.inputs import group_in
from mlmon.targets.proofs.labels import UnknownInputError
from mlmon.targets.proofs.proof import Check, Proof, Step, firing, labelled, not_firing, silent, ticks
from mlmon.targets.proofs.siblings import Siblings
from mlmon.targets.proofs.states import Form, Grid, Span, State
from mlmon.targets.proofs.timeline import Stretch, written

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Outputs, ServicePlan
    from mlmon.targets.proofs.window import Lag
    from mlmon.units import Duration

_TOO_FEW, _ENOUGH = Decimal("0.98"), Decimal("1.02")
_WINDOWED = (Rate, Increase, Ratio, Quantile, Mean, PerRate, Variants, Slowdown)


def prove(alert: Alert, service: ServicePlan, outputs: Outputs) -> Proof:
    """Return the proof of an alert on steady quantities. Raises UnknownInputError where none is known."""
    parts = alert.condition.parts if isinstance(alert.condition, Both) else (alert.condition,)
    compared = [part for part in parts if isinstance(part, Compare)]
    if len(compared) != len(parts):
        raise UnknownInputError("one of the conditions is not a comparison")
    chosen = grid((alert.for_, alert.keep_firing_for), [span for part in compared for span in _windows(part)])
    return _Comparison(alert, service, outputs, compared, chosen).proof()


def _windows(part: Compare) -> list[Duration]:
    item = part.quantity
    if isinstance(item, Trend):
        return [item.recent]
    if isinstance(item, Hours):
        # It looks every few minutes and finds nothing where samples are further apart.
        return [FIVE_MINUTES]
    over = [item.over] if isinstance(item, Level) and item.over else []
    return [*over, *([item.window] if isinstance(item, _WINDOWED) else [])]


@dataclass
class _Comparison:
    """The work on one alert."""

    alert: Alert
    service: ServicePlan
    outputs: Outputs
    parts: list[Compare]
    grid: Grid

    def __post_init__(self) -> None:
        self.forms: list[Form] = [form(part, self.grid) for part in self.parts]
        self.stretches: list[Stretch] = []
        self.checks: list[Check] = []
        self.now = 0
        self.wait = ticks(self.alert.for_, self.grid.step)
        self.keep = ticks(self.alert.keep_firing_for, self.grid.step)
        self.settled = max(item.settled for item in self.forms)
        self.siblings = Siblings(self.alert, self.service)

    def proof(self) -> Proof:
        self.go([State.WELL] * len(self.forms), self.settled)
        self.checks.append(silent(Step.HEALTHY, self.now, self.alert))
        for held, item in enumerate(self.forms):
            if item.has_short or len(self.forms) > 1:
                self.hold_back(held)
        self.go_beyond()
        self.recover()
        if len(self.parts) == 1 and self.parts[0].counted:
            self.count(self.parts[0])
        streams = [one for stretch in self.stretches for one in stretch.streams]
        keys = {f"metric {one.metric}" for one in streams} | {f"alert {self.alert.name}"}
        return Proof(self.alert, self.grid, written(self.stretches, self.grid), tuple(self.checks), frozenset(keys))

    def go(self, states: list[State], length: int) -> None:
        span = Span(self.now, length)
        present = [(item, state) for item, state in zip(self.forms, states, strict=True) if state is not State.GONE]
        streams = dict.fromkeys(one for item, state in present for one in item.streams(state, span))
        if len({(one.metric, one.labels) for one in streams}) < len(streams):
            raise UnknownInputError("two of the conditions read the same series")
        self.stretches.append(Stretch(span, tuple(streams)))
        self.now += length

    def hold_back(self, held: int) -> None:
        states = [State.BEYOND] * len(self.forms)
        states[held] = State.SHORT if self.forms[held].has_short else State.WELL
        self.go(states, self.settled + self.wait * (len(self.forms) > 1))
        self.checks.append(silent(Step.SHORT, self.now, self.alert))

    def go_beyond(self) -> None:
        start, enter = self.now, self.forms[-1].enter
        longest = max(self.wait, self.siblings.longest(self.grid.step))
        self.go([State.BEYOND] * len(self.forms), max(enter.last, self.settled) + longest + 1)
        if enter.first + self.wait > 1:
            waiting = start + enter.first + self.wait - 1
            self.checks.append(not_firing(Step.WAITING, waiting, self.alert))
        self.checks.append(firing(Step.FIRING, start + enter.last + self.wait, self.alert))
        self.checks.append(self.texts(self.now - start))

    def texts(self, since: int) -> Check:
        group = self.group()
        others = self.siblings.beyond(self.forms[0], since)
        value = self.forms[0].value(since)
        if others is None or value is None:
            return labelled(self.now, self.alert, labels(self.alert, self.service, group))
        found = [instance(one, self.service, self.outputs, group, value) for one in (self.alert, *others)]
        return Check(Step.TEXTS, self.now, alerts=tuple(found))

    def group(self) -> dict[str, str]:
        item = self.parts[0].quantity
        return group_in(item.by, item.signals[0], self.forms[0].streams(State.BEYOND, Span(0, 1))[0])

    def recover(self) -> None:
        first = self.first_to_leave()
        leave = first.leave
        self.go([item.leaves_by if item is first else State.BEYOND for item in self.forms], leave.last + self.keep + 1)
        begun = self.now - leave.last - self.keep - 1
        if leave.first + self.keep > 1:
            self.checks.append(firing(Step.LASTING, begun + leave.first + self.keep - 1, self.alert))
        self.checks.append(silent(Step.RESOLVED, begun + leave.last + self.keep, self.alert))
        self.go([State.WELL] * len(self.forms), 1)
        self.checks.append(silent(Step.RESOLVED, self.now, self.alert))

    def count(self, part: Compare) -> None:
        """Go beyond with just too few events, and then with just enough."""
        length = self.settled + self.wait
        for share, check in ((_TOO_FEW, silent(Step.GUARDED, self.now + length, self.alert)),
                             (_ENOUGH, firing(Step.FIRING, self.now + 2 * length, self.alert))):  # fmt: skip
            self.stretches.append(Stretch(Span(self.now, length), few(part, share)))
            self.now += length
            self.checks.append(check)

    def first_to_leave(self) -> Form:
        return min(self.forms, key=lambda item: _order(item.leave))


def _order(lag: Lag) -> tuple[int, int]:
    return lag.last, lag.first
