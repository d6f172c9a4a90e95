"""The runbook page about a service's costs on the AWS bill, which AWS tells of and no alert does.

Sources: AWS CLI command reference, "ce get-cost-and-usage", "ce get-anomalies", "ce get-anomaly-monitors",
"budgets describe-budget".
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.plan.links import costs_name, dashboard_url
from mlmon.units import percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.costs import AwsCosts
    from mlmon.plan.model import Plan, ServicePlan

_TOLD: Final = {
    "actual": "The month has cost more than {share} of {budget} USD so far",
    "forecast": "The month is forecast to cost more than {share} of {budget} USD in the end",
}
_FORTNIGHT_AGO: Final = "$(date -u -d '14 days ago' +%Y-%m-%d)"
_TOMORROW: Final = "$(date -u -d tomorrow +%Y-%m-%d)"


@dataclass(frozen=True)
class CostsPage:
    """What the template prints about the costs of one service."""

    plan: Plan
    service: ServicePlan
    costs: AwsCosts

    @property
    def name(self) -> str:
        """What notifications call the budget, the monitor and its subscription."""
        return costs_name(self.plan.outputs, self.service)

    @property
    def tag(self) -> str:
        """The tag as people write it."""
        return "=".join(self.costs.tag)

    @property
    def dashboard(self) -> str:
        """Address of the service's dashboard."""
        return dashboard_url(self.plan.outputs, self.service)

    @property
    def triggers(self) -> Iterator[tuple[str, str]]:
        """Severity, and when it is told."""
        budget = plain(self.costs.usd_per_month) if self.costs.usd_per_month else ""
        for notice in self.costs.notices:
            said = _TOLD[notice.spend].format(share=percent(notice.share), budget=budget)
            yield self._severity(notice.severity), said
        if self.costs.anomaly:
            said = f"An anomaly has cost {plain(self.costs.anomaly.usd)} USD or more beyond what is usual"
            yield self._severity(self.costs.anomaly.severity), said

    @property
    def commands(self) -> Iterator[tuple[str, str]]:
        """Questions, and the commands that answer them."""
        yield "What costs more than before, by AWS service and day?", self._costs("SERVICE")
        yield "Of what kind: instance hours, requests, storage, transfer?", self._costs("USAGE_TYPE")
        if self.costs.usd_per_month:
            account = '"$(aws sts get-caller-identity --query Account --output text)"'
            command = f"aws budgets describe-budget --account-id {account} \\\n  --budget-name {shlex.quote(self.name)}"
            yield "How much is spent, and what is the forecast?", f"{command} --query Budget.CalculatedSpend"
        if self.costs.anomaly:
            query = shlex.quote(f"AnomalyMonitors[?MonitorName==`{json.dumps(self.name)}`].MonitorArn | [0]")
            monitor = f'"$(aws ce get-anomaly-monitors --query {query} --output text)"'
            command = f'aws ce get-anomalies --date-interval StartDate="{_FORTNIGHT_AGO}"'
            yield "Which anomalies were found, with which root causes?", f"{command} \\\n  --monitor-arn {monitor}"

    def _costs(self, group: str) -> str:
        key, value = self.costs.tag
        only = shlex.quote(json.dumps({"Tags": {"Key": key, "Values": [value]}}, ensure_ascii=False))
        return (
            f'aws ce get-cost-and-usage --time-period Start="{_FORTNIGHT_AGO}",End="{_TOMORROW}" \\\n'
            f"  --granularity DAILY --metrics UnblendedCost --group-by Type=DIMENSION,Key={group} \\\n  --filter {only}"
        )

    def _severity(self, name: str) -> str:
        return f"{self.plan.routing.severity(name).level} ({name})"
