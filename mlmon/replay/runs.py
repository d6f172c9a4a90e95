"""Whole replays, of several services: over an incident, or over what a Prometheus has stored."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mlmon.diagnostics import did_you_mean, one_of
from mlmon.replay.executable import checked, locate
from mlmon.replay.live import Asked, Past, changes, proposed
from mlmon.replay.people import zone
from mlmon.replay.report import Report
from mlmon.replay.rules import interval
from mlmon.replay.server import prometheus
from mlmon.replay.simulate import replay
from mlmon.replay.trouble import ReplayError
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.remote.client import Client
    from mlmon.replay.incident import Incident


def simulated(
    root: Path, plan: Plan, services: Sequence[ServicePlan], incident: Incident, timeout: float, *, drawn: bool
) -> Report:
    """Simulate an incident for each of the services, `timeout` seconds at most for one. Raises ReplayError."""
    executable, results = checked(locate(root)), []
    for service in services:
        with prometheus(executable, timeout) as server:
            results.append(replay(server, plan, service, incident, drawn=drawn))
    hours = plan.routing.business_hours
    title = f"{incident.metadata.title} ({incident.metadata.name})"
    about = f"{incident.metadata.description} Times are those of {hours.timezone}."
    return Report(title, about, tuple(results), (), incident, zone(hours), _paging(plan))


def concerned(services: Sequence[ServicePlan], incident: Incident) -> list[ServicePlan]:
    """Return the services to which an incident happens. Raises ReplayError where there is none."""
    found = [service for service in services if incident.expected(service)]
    if not found:
        name = incident.metadata.name
        raise ReplayError(f"no service is of a kind that {name} happens to", "see `mlmon replay --incidents`")
    return found


def past(plan: Plan, services: Sequence[ServicePlan], client: Client, since: str, thresholds: Sequence[str]) -> Report:
    """Look back as far as `since` says, with the thresholds of the specs and with others (`latency_p99.page=800ms`).

    Raises ReplayError and UnitError.
    """
    step = interval(plan.outputs)
    length = int(Duration.of(since).seconds)
    if length < 10 * step:
        raise ReplayError(f"--since {since} is shorter than ten evaluations", f"look back {10 * step}s or more")
    end = int(time.time()) // step * step
    asked, wanted = Asked(client), changes(thresholds)
    variants = {service.name: other for service in services if (other := proposed(service, wanted))}
    if wanted and not variants:
        raise _no_such_threshold(services, thresholds[0])
    pasts = [Past.of(plan, service, asked, end - length // step * step, end) for service in services]
    results = tuple(past.result(past.service) for past in pasts)
    others = tuple(past.result(variants[past.service.name]) for past in pasts if past.service.name in variants)
    hours = plan.routing.business_hours
    title = f"The last {since} in {client.url}"
    about = f"Alerts as they would have fired with the thresholds of the specs. Times are those of {hours.timezone}."
    return Report(title, about, results, others, None, zone(hours), _paging(plan), tuple(thresholds))


def _paging(plan: Plan) -> frozenset[str]:
    return frozenset(severity.name for severity in plan.routing.severities if severity.paging)


def _no_such_threshold(services: Sequence[ServicePlan], text: str) -> ReplayError:
    alerts = [alert for service in services for alert in service.alerts if alert.threshold_key]
    known = {f"{alert.threshold_key}.{alert.severity}" for alert in alerts}
    name = text.partition("=")[0]
    return ReplayError(f'no alert has the threshold "{name}"', did_you_mean(name, known) or f"there is {one_of(known)}")
