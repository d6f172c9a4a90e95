"""What there is, how it is applied, and what is not collected and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.plan.collection import Addresses, Nodes, Pods
from mlmon.targets.collection import google
from mlmon.targets.templates import render_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.plan.collection import Collection, Labels, ScrapeJob
    from mlmon.plan.model import Plan


def render(plan: Plan, collection: Collection, made: Iterable[str]) -> dict[str, str]:
    """Return `README.md`; `made` are the paths of what is generated beside it."""
    text = render_markdown(
        "collection",
        name=plan.name,
        collection=collection,
        parts={path.rpartition("/")[0] for path in made},
        jobs=[(job, _pairs((*job.labels, *job.node_labels)), _found(job)) for job in collection.jobs],
        google_left_out=list(google.left_out(collection)) if "google-managed-prometheus" in collection.forms else [],
    )
    return {"README.md": text}


def _pairs(labels: Labels) -> str:
    return ", ".join(f'{key}="{value}"' for key, value in labels)


def _found(job: ScrapeJob) -> str:
    """Where the targets are, in words."""
    page = f"{job.scheme}, port {job.port}, {job.path}" if job.port else f"{job.scheme}, {job.path}"
    match job.discovery:
        case Addresses(targets):
            return f"{', '.join(targets)} ({page})"
        case Nodes():
            return f"every node, through the API server ({job.path})"
        case Pods(namespaces, labels, names):
            chosen = f"with {_pairs(labels)}" if labels else f"named {names}"
            return f"pods {chosen} in {', '.join(namespaces) or 'all namespaces'} ({page})"
