"""The plan's costs as budgets and anomaly monitors, and who must be allowed to publish for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from mlmon.plan.links import costs_name
from mlmon.targets.cloudwatch.budget import Budget, CostMonitor, Notification
from mlmon.targets.cloudwatch.topic import BUDGETS, COST_ALERTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlmon.plan.model import Outputs, ServicePlan
    from mlmon.targets.cloudwatch.terraform import Service

_TYPES: Final[dict[str, Literal["ACTUAL", "FORECASTED"]]] = {"actual": "ACTUAL", "forecast": "FORECASTED"}


def month_budget(service: ServicePlan, outputs: Outputs) -> Budget | None:
    """Return the budget of the service's month, where it has one."""
    costs = service.aws_costs
    if costs is None or costs.usd_per_month is None:
        return None
    notices = (Notification(_TYPES[item.spend], item.share * 100, item.severity) for item in costs.notices)
    name = costs_name(outputs, service)
    return Budget(name=name, tag=costs.tag, usd=costs.usd_per_month, notifications=tuple(notices))


def cost_monitor(service: ServicePlan, outputs: Outputs) -> CostMonitor | None:
    """Return what tells of the service's unusual costs, where it asks for that."""
    costs = service.aws_costs
    if costs is None or costs.anomaly is None:
        return None
    name = costs_name(outputs, service)
    return CostMonitor(name=name, tag=costs.tag, usd=costs.anomaly.usd, topic=costs.anomaly.severity)


def cost_publishers(topic: str, services: Iterable[Service]) -> Iterator[str]:
    """Yield the services of AWS that must be allowed to publish costs to a topic."""
    services = tuple(services)
    if any(item.topic == topic for service in services if service.budget for item in service.budget.notifications):
        yield BUDGETS
    if any(service.cost_monitor.topic == topic for service in services if service.cost_monitor):
        yield COST_ALERTS
