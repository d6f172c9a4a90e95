"""Grafana: dashboards of the fleet, of its GPUs, models, SLOs and costs, and of each service, as classic JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlmon.plan.model import Plan


def render(plan: Plan) -> dict[str, str]:
    """Return `grafana/dashboards/<uid>.json`, the linter's settings beside them, and the provider file."""
    # The SDK takes 60 ms to load, which commands that render nothing should not wait for.
    from mlmon.targets.grafana import costs, fleet, gpus, normalise, promises, quality, sdk, service  # noqa: PLC0415
    from mlmon.targets.grafana.layout import place  # noqa: PLC0415
    from mlmon.targets.grafana.lintfile import lintfile  # noqa: PLC0415
    from mlmon.targets.grafana.provisioning import provider  # noqa: PLC0415

    themes = [module.page(plan) for module in (promises, quality, gpus, costs)]
    pages = [
        fleet.page(plan),
        *(page for page in themes if page),
        *(service.page(item, plan) for item in plan.services),
    ]
    files = {
        f"grafana/dashboards/{page.uid}.json": normalise.dump(sdk.page(page, place(page.sections))) for page in pages
    }
    files["grafana/dashboards/.lint"] = lintfile(pages)
    files["grafana/provisioning/dashboards.yaml"] = provider(plan)
    return files
