"""Where the software that a pack is about shows its metrics, and how its own pods are found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mlmon.spec.collection import LabelKey, LabelValue, PagePath
from mlmon.spec.fields import LabelName, Name, Strict, Text, Url


class Exposition(Strict):
    """One page of metrics; a spec's `collect` goes before what stands here."""

    source: Url = Field(description="Where port and path were read.")
    port: int | None = Field(default=None, description="Documented default port.")
    path: PagePath = "/metrics"
    job: Name | None = Field(default=None, description="Label `job` where the spec's selector has none.")
    metrics: str = Field(
        default="", description="Beginning of the metric names found there, where a pack reads several pages."
    )
    pods: dict[LabelKey, LabelValue] = Field(
        default_factory=dict,
        description="Labels of the pods of an exporter that many services share; without them a pod is the service's.",
    )
    per_node: bool = Field(
        default=False, description="It runs on every node; a selector's further labels are looked for among the node's."
    )
    nodes: bool = Field(default=False, description="Every node has the page, and the API server passes it on.")
    cluster_wide: bool = Field(
        default=False,
        description="Every monitoring stack for Kubernetes brings it along; a second scrape would double its numbers.",
    )
    honor_labels: Literal["always", "never"] | dict[LabelName, Text] = Field(
        default="never",
        description="Whether the page's labels go before the target's; or the choice of a parameter that says so.",
    )
    about_others: bool = Field(
        default=False,
        description="The page has the labels namespace, pod and container of other pods than the one it is served by.",
    )
    needed_only: bool = Field(default=False, description="A page so large that only metrics which rules read are kept.")
    image: Text | None = Field(default=None, description="Container image of the exporter, with its version.")
    exporter: Literal["dcgm", "blackbox"] | None = Field(
        default=None, description="The exporter for which manifests are generated: its configuration is made here."
    )
