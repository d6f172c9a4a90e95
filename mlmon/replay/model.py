"""What a replay found: when alerts fired, the numbers that they judge, and who would have been told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, ServicePlan
    from mlmon.replay.states import Span


@dataclass(frozen=True)
class Fired:
    """One alert with one set of labels; `labels` are those that Alertmanager gets."""

    alert: Alert
    labels: tuple[tuple[str, str], ...]
    spans: tuple[Span, ...]

    @property
    def about(self) -> str:
        """Which of several it is about, such as `gpu=0`: the labels that the rule itself does not give it."""
        given = {"alertname", "service", "component", "team", "severity", "layer", "kind", "signal", "outage"}
        own = given | {name for name, _ in self.alert.labels}
        return ", ".join(f"{name}={value}" for name, value in self.labels if name not in own)

    @property
    def rule(self) -> str:
        """Its name and what tells its rule from others of it, such as `ErrorBudgetBurn availability page-fast`."""
        return " ".join((self.alert.name, *(value for _, value in self.alert.labels)))

    @property
    def title(self) -> str:
        """The rule and which of its series it is about."""
        return " ".join(filter(None, (self.rule, self.about)))


@dataclass(frozen=True)
class Joined:
    """A rule whose alert joined a notification that was open already, by the alert's name, as a title, and when."""

    alert: str
    rule: str
    at: float


@dataclass(frozen=True)
class Message:
    """One notification: who is told, when, of which alert, and whether it wakes somebody.

    `at` is None where business hours did not begin before the alert was over or the replay ended. What joined the same
    group later changed the incident that was open and woke nobody a second time.
    """

    receiver: str
    severity: str
    alert: str
    service: str
    since: float
    at: float | None
    paging: bool
    rule: str
    joined: tuple[Joined, ...] = ()


@dataclass(frozen=True)
class Limit:
    """A line in a picture: where an alert of a severity begins."""

    severity: str
    value: float


@dataclass(frozen=True)
class Curve:
    """One number over time, as the alerts on it see it; `lines` are its series by their labels."""

    title: str
    unit: str
    lines: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    limits: tuple[Limit, ...]
    fired: tuple[Fired, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether what an incident should lead to is what it led to; `wrong` says what is not."""

    why: str
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """The replay of one service from `start` to `end`, Unix seconds; an incident begins at `begin`."""

    service: ServicePlan
    start: float
    end: float
    begin: float
    step: float
    fired: tuple[Fired, ...]
    messages: tuple[Message, ...]
    curves: tuple[Curve, ...] = ()
    notes: tuple[str, ...] = ()
    verdict: Verdict | None = None
    held_back: tuple[Fired, ...] = ()
    """Alerts that fired and of which nobody was told, because another alert said more."""

    @property
    def pages(self) -> tuple[Message, ...]:
        """The messages that wake somebody."""
        return tuple(message for message in self.messages if message.paging)
