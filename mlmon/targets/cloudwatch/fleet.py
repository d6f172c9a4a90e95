"""The plan as a Terraform module: topics by severity, and alarms, dashboards, saved queries and budgets by service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import BurnRate, on_backend
from mlmon.plan.links import runbook_url
from mlmon.plan.words import sentence
from mlmon.targets.cloudwatch.boards import dashboard
from mlmon.targets.cloudwatch.burn import burn_alarms
from mlmon.targets.cloudwatch.conditions import Frame, alarms
from mlmon.targets.cloudwatch.costs import cost_monitor, cost_publishers, month_budget
from mlmon.targets.cloudwatch.logs import LogsQuery
from mlmon.targets.cloudwatch.terraform import Module, Service
from mlmon.targets.cloudwatch.topic import ALARMS, SnsTopic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Alert, Plan, ServicePlan
    from mlmon.targets.cloudwatch.alarm import CompositeAlarm, MetricAlarm

    Watching = tuple[Alert, tuple[MetricAlarm, ...], tuple[CompositeAlarm, ...]]
    """An alert, its alarms on metrics, and its composites."""

_DESCRIPTION: Final = 1024


def module(plan: Plan) -> Module | None:
    """Return the module of everything that CloudWatch watches, or None where that is nothing."""
    services = tuple(made for service in plan.services if (made := _service(service, plan)))
    if not services:
        return None
    prefix = plan.outputs.cloudwatch_prefix
    topics = tuple(
        SnsTopic(
            key=item.name, name=f"{prefix}-{item.name}", publishers=(ALARMS, *cost_publishers(item.name, services))
        )
        for item in plan.routing.severities
    )
    return Module(source="mlmon.yaml", topics=topics, services=services)


def watching(service: ServicePlan, plan: Plan) -> Iterator[Watching]:
    """Yield each alert that CloudWatch watches, with its alarms."""
    faster: dict[str, CompositeAlarm] = {}
    for alert in service.alerts:
        if not on_backend(alert.condition, "cloudwatch"):
            continue
        frame = _frame(alert, service, plan)
        if isinstance(alert.condition, BurnRate):
            slo = alert.condition.slo
            burning = burn_alarms(slo, alert.condition.tier, frame, faster.get(slo.name))
            if burning:
                faster[slo.name] = burning[1]
                yield alert, tuple(burning[0]), (burning[1],)
            continue
        own, joined = alarms(alert.condition, frame)
        yield alert, tuple(own), tuple(joined)


def _service(service: ServicePlan, plan: Plan) -> Service | None:
    found = list(watching(service, plan))
    metric = [alarm for _, own, _ in found for alarm in own]
    composite = [alarm for _, _, joined in found for alarm in joined]
    board = dashboard(service, (*metric, *composite), plan.outputs)
    queries = tuple(_queries(service))
    budget, monitor = month_budget(service, plan.outputs), cost_monitor(service, plan.outputs)
    if not (metric or board or queries or budget or monitor):
        return None
    return Service(
        name=service.name,
        source=service.spec,
        alarms=tuple(metric),
        composites=tuple(composite),
        dashboards=(board,) if board else (),
        queries=queries,
        budget=budget,
        cost_monitor=monitor,
    )


def _frame(alert: Alert, service: ServicePlan, plan: Plan) -> Frame:
    names = [plan.outputs.cloudwatch_prefix, service.name]
    watched = [item for item in service.components if any(signal.cloudwatch for signal in item.signals)]
    if len(watched) > 1:
        names.append(alert.component)
    names += [alert.name, *(value for key, value in alert.labels if key != "burn_tier")]
    names += [value for key, value in alert.labels if key == "burn_tier"] or [alert.severity]
    return Frame("-".join(names), _description(alert, plan), alert.severity, alert.for_)


def _description(alert: Alert, plan: Plan) -> str:
    """What it means and where to read on; CloudWatch cuts nothing off, it refuses what is too long."""
    told = sentence(alert.condition)
    end = f" Runbook: {runbook_url(plan.outputs, alert)}"
    text = f"{told[:1].upper()}{told[1:]}."
    return f"{text[: _DESCRIPTION - len(end)]}{end}"


def _queries(service: ServicePlan) -> list[LogsQuery]:
    several = sum(bool(component.log_queries) for component in service.components) > 1
    return [
        LogsQuery(
            name="/".join(("mlmon", service.name, *([component.name] if several else []), query.name)),
            query=query.query,
            log_groups=(query.group,),
        )
        for component in service.components
        for query in component.log_queries
    ]
