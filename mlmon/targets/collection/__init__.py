"""Collection: what brings the series which the rules read, for whatever collects them, under the labels they select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.targets.collection import blackbox, google, gpu, operator, otel, packaged, prometheus, readme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlmon.plan.model import Plan


def render(plan: Plan) -> dict[str, str]:
    """Return `collection/…` in the forms that the project asks for; nothing where it asks for none."""
    collection = plan.collection
    if collection is None:
        return {}
    forms = {
        "scrape-configs": prometheus.render,
        "operator": operator.render,
        "google-managed-prometheus": google.render,
        "dcgm-exporter": gpu.render,
        "blackbox": blackbox.render,
        "otel-collector": otel.render,
    }
    made: dict[str, str] = {}
    for form, render_form in forms.items():
        made |= render_form(plan, collection) if form in collection.forms else {}
    made |= readme.render(plan, collection, made)
    return {f"collection/{path}": text for path, text in made.items()}


def wrap(plan: Plan, files: Mapping[str, str]) -> dict[str, str]:
    """Return rules and routing once more, in the objects that Kubernetes and Mimir take them in."""
    return packaged.render(plan, plan.collection, files) if plan.collection else {}
