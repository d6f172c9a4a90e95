"""Terraform for CloudWatch: alarms, composites, topics, dashboards and saved queries of every service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.targets.cloudwatch.fleet import module
from mlmon.targets.cloudwatch.terraform import module_problems, render_module

if TYPE_CHECKING:
    from mlmon.plan.model import Plan


def render(plan: Plan) -> dict[str, str]:
    """Return `cloudwatch/*.tf`, one module for the fleet; empty where CloudWatch watches nothing."""
    made = module(plan)
    return {f"cloudwatch/{name}": text for name, text in render_module(made).items()} if made else {}


def refusals(plan: Plan) -> list[str]:
    """Return a sentence for everything that AWS would refuse, such as a description that is too long."""
    made = module(plan)
    return module_problems(made) if made else []
