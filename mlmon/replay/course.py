"""What each signal does over the time of a replay: its usual level, the shape of the day, and the incident."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mlmon.replay.levels import Levels

if TYPE_CHECKING:
    from mlmon.plan.model import Component, ServicePlan
    from mlmon.plan.signals import Signal
    from mlmon.replay.incident import Change, Incident, Phase

_QUIETEST: Final = 3
"""The hour of the day at which a service has least to do."""


@dataclass(frozen=True)
class Clock:
    """Ties an incident's wall clock to Unix time: `begin` is the same moment as `wall`."""

    begin: int
    wall: datetime

    def shape(self, moment: float) -> float:
        """Return the traffic at a moment as a multiple of the mean: 0.15 in the small hours, 1.85 in the afternoon."""
        hour = self.wall.hour + self.wall.minute / 60 + (moment - self.begin) / 3600
        return 1 - 0.85 * math.cos(2 * math.pi * (hour - _QUIETEST) / 24)


@dataclass(frozen=True)
class Sent:
    """What a signal does at one moment: its level, and for histograms the slower kind of observations."""

    level: float
    slow_share: float = 0.0
    slow_at: float = 0.0


@dataclass(frozen=True)
class Course:
    """The courses of a service's signals; moments are in Unix seconds."""

    service: ServicePlan
    incident: Incident
    clock: Clock
    levels: Levels

    @classmethod
    def of(cls, service: ServicePlan, incident: Incident, clock: Clock) -> Course:
        """Return the courses over an incident."""
        return cls(service, incident, clock, Levels(service))

    def phase(self, moment: float) -> Phase | None:
        """Return the phase that a moment belongs to; None before, between and after them."""
        since = moment - self.clock.begin
        return next((phase for phase in self.incident.phases if phase.start.seconds <= since < phase.end.seconds), None)

    def traffic(self, moment: float, component: Component) -> float:
        """Return how many times its mean number of events a component has; only what serves requests has a day."""
        if component.type != "runtime":
            return 1.0
        phase, mean = self.phase(moment), self.incident.requests
        busy = float(phase.traffic) if phase and phase.traffic is not None else 1.0
        busy *= float(mean) / self.levels.requests(component.name) if mean is not None else 1.0
        return self.clock.shape(moment) * busy

    def new_version(self, moment: float) -> float:
        """Return the share of requests that the new version answers."""
        phase = self.phase(moment)
        return float(phase.new_version) if phase else 0.0

    def state(self, moment: float, component: Component) -> str:
        """Return `up`, `down` or `gone` for the targets of a component."""
        phase = self.phase(moment)
        for change in phase.changes if phase else ():
            if change.state and (component.preset in change.presets or component.type in change.types):
                return change.state
        return "up"

    def at(self, moment: float, signal: Signal, *, new: bool, first: bool, mixed: bool) -> Sent:
        """Return what a signal does in the series of the new version, in the first of its series, or in others.

        `mixed` series have no version in their labels, so that they show both by their share of the traffic.
        """
        usual = self.levels.of(signal)
        phase = self.phase(moment)
        change = self._change(phase, signal) if phase else None
        if phase is None or change is None or (change.only == "one" and not first):
            return Sent(usual)
        extent = (moment - self.clock.begin - float(phase.start.seconds)) / _length(phase) if change.gradually else 1.0
        if change.only == "new-version":
            extent *= float(phase.new_version) if mixed else float(new)
        if change.slow:
            worst = self.levels.urgent(signal) or usual * 10
            return Sent(usual, float(change.slow.share) * extent, worst * float(change.slow.times))
        return Sent(usual + (self._aim(change, phase, signal, usual) - usual) * extent)

    def _change(self, phase: Phase, signal: Signal) -> Change | None:
        for change in phase.changes:
            if change.signal == signal.name:
                return change
            part = self._part(change)
            if part and self.levels.rest_of(part) == signal:
                return change
        return None

    def _part(self, change: Change) -> Signal | None:
        if change.full is None:
            return None
        signals = (signal for component in self.service.components for signal in component.signals)
        return next((found for found in signals if found.name == change.signal and self.levels.rest_of(found)), None)

    def _aim(self, change: Change, phase: Phase, signal: Signal, usual: float) -> float:
        if change.times is not None:
            return usual * float(change.times)
        if change.share is not None:
            return float(change.share) * self._whole(change, signal)
        if change.full is not None:
            return self._filled(float(change.full), change, signal, usual)
        if change.stuck is not None:
            limit = self.levels.urgent(signal) or usual * 2
            return self.clock.begin + float(phase.start.seconds) - float(change.stuck) * limit
        return float(change.level or 0)

    def _whole(self, change: Change, signal: Signal) -> float:
        named = [found for component in self.service.components if component.name == signal.component
                 for found in component.signals if found.name == change.of]  # fmt: skip
        return self.levels.of(named[0]) if named else self.levels.of(signal)

    def _filled(self, full: float, change: Change, signal: Signal, usual: float) -> float:
        part = self._part(change)
        rest = self.levels.rest_of(part) if part else None
        if part is None or rest is None:
            return usual
        total = self.levels.of(part) + self.levels.of(rest)
        return total * (full if signal == part else 1 - full)


def _length(phase: Phase) -> float:
    return max(float(phase.end.seconds - phase.start.seconds), 1.0)
