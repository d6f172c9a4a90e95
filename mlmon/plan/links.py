"""Addresses and file names on which all targets must agree, so that links work in both directions."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from mlmon.plan.model import Alert, Outputs, ServicePlan

_UID_LENGTH = 40
FLEET_UID = "mlmon-fleet"
"""The uid of the dashboard of all services."""
GPU_UID = "mlmon-gpu"
"""The uid of the dashboard of all GPUs."""
QUALITY_UID = "mlmon-model-quality"
"""The uid of the dashboard of what models answer."""
SLO_UID = "mlmon-slo"
"""The uid of the dashboard of all SLOs."""
COST_UID = "mlmon-cost"
"""The uid of the dashboard of what services cost."""
_TAKEN = frozenset({FLEET_UID, GPU_UID, QUALITY_UID, SLO_UID, COST_UID})


def dashboard_uid(name: str) -> str:
    """Return the uid of a service's dashboard: Grafana allows 40 characters of [a-zA-Z0-9_-]."""
    uid = f"mlmon-{name}"
    if len(uid) <= _UID_LENGTH and uid not in _TAKEN:
        return uid
    return f"{uid[: _UID_LENGTH - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def dashboard_url(outputs: Outputs, service: ServicePlan) -> str:
    """Return the address of a service's dashboard."""
    return f"{outputs.grafana_url}/d/{dashboard_uid(service.name)}"


def costs_name(outputs: Outputs, service: ServicePlan) -> str:
    """Return what a service's budget and anomaly monitor are called in the AWS account."""
    return f"{outputs.cloudwatch_prefix}-{service.name}-costs"


def costs_path(service: ServicePlan) -> str:
    """Return the path of the runbook about a service's costs; no alert's has the same, for those begin in capitals."""
    return f"{service.name}/cloud-costs.md"


def runbook_path(alert: Alert) -> str:
    """Return the path of an alert's runbook below `runbooks/`; all severities of an alert share one."""
    own = [value for key, value in alert.labels if key == "slo"]
    return f"{alert.service}/{'-'.join([alert.name, *own])}.md"


def runbook_url(outputs: Outputs, alert: Alert) -> str:
    """Return the address of an alert's runbook."""
    return f"{outputs.runbooks_url}/{quote(runbook_path(alert))}"
