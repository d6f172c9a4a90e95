"""A proof: input series, and what an alert has to do at which moments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from mlmon.promql.text import equals
from mlmon.targets.proofs.states import Grid
from mlmon.units import Duration

if TYPE_CHECKING:
    from mlmon.plan.model import Alert


class Step(Enum):
    """What a moment of a proof shows."""

    HEALTHY = "it is silent while the service is healthy"
    SHORT = "it is silent just short of the threshold"
    WAITING = "it does not fire one evaluation before `for` is over"
    FIRING = "it fires just beyond the threshold"
    TEXTS = "it fires with these labels and annotations"
    LABELS = "it fires with these labels"
    LASTING = "it still fires as long as the condition holds"
    RESOLVED = "it is silent after recovery"
    GUARDED = "it is silent as long as there are few bad events"
    DECIDING = "each of the past weeks decides what is usual"
    RECORDED = "its recording has the value that its input gives"
    COUNTED = "its SLO counts events and bad events exactly"
    GIVEN = "it does what the spec's own test says"


@dataclass(frozen=True)
class Check:
    """One question to promtool: an expression and the samples that it must have, or an alert's exact instances."""

    step: Step
    tick: int
    expression: str = ""
    samples: tuple[dict[str, Any], ...] = ()
    alerts: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True)
class Proof:
    """All that shows that one alert works. Two proofs that share one of their `keys` cannot share a timeline."""

    alert: Alert
    grid: Grid
    series: dict[str, str]
    checks: tuple[Check, ...]
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Unproven:
    """An alert for which no input is known, and why."""

    alert: Alert
    reason: str


def silent(step: Step, tick: int, alert: Alert) -> Check:
    """Check that an alert is neither pending nor firing."""
    return Check(step, tick, f"count(ALERTS{_matchers(alert)})")


def not_firing(step: Step, tick: int, alert: Alert) -> Check:
    """Check that an alert is not firing yet; it may be pending."""
    return Check(step, tick, f"count(ALERTS{_matchers(alert, alertstate='firing')})")


def holding(step: Step, tick: int, alert: Alert) -> Check:
    """Check that the condition of an alert holds: it is pending or firing, once."""
    return Check(step, tick, f"count(ALERTS{_matchers(alert)})", ({"labels": "{}", "value": 1},))


def firing(step: Step, tick: int, alert: Alert, **labels: str) -> Check:
    """Check that exactly one instance of an alert, or of those with some labels, fires."""
    one = ({"labels": "{}", "value": 1},)
    return Check(step, tick, f"count(ALERTS{_matchers(alert, alertstate='firing', **labels)})", one)


def labelled(tick: int, alert: Alert, labels: dict[str, str]) -> Check:
    """Check the labels alone, where the annotations hold numbers that depend on all history."""
    everything = {"alertname": alert.name, "alertstate": "firing", **labels}
    one = ({"labels": f"ALERTS{equals(**dict(sorted(everything.items())))}", "value": 1},)
    return Check(Step.LABELS, tick, f"ALERTS{_matchers(alert, alertstate='firing')}", one)


def _matchers(alert: Alert, **more: str) -> str:
    own = {"component": alert.component, "severity": alert.severity, **dict(alert.labels)}
    return equals(**{"alertname": alert.name, **own, **more})


def ticks(duration: Duration | None, step: Decimal) -> int:
    """Return how many evaluations a duration spans, rounded up; 0 for none."""
    return -int(-(duration.seconds if duration else Decimal(0)) // step)
