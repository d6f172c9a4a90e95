"""What is collected from where: scrape jobs, probes and counters that bring the series which the rules read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from mlmon.units import Duration

Labels = tuple[tuple[str, str], ...]
"""Label names and values, in the order in which they are written."""


@dataclass(frozen=True)
class Pods:
    """Pods with all of these labels, in these namespaces (none: in all), whose names match `names` as a whole."""

    namespaces: tuple[str, ...]
    labels: Labels
    names: str = ""


@dataclass(frozen=True)
class Addresses:
    """Fixed addresses, host:port."""

    targets: tuple[str, ...]


@dataclass(frozen=True)
class Nodes:
    """Every node's kubelet, which the API server passes on."""


Discovery = Pods | Addresses | Nodes
"""How targets are found."""


@dataclass(frozen=True, kw_only=True)
class ScrapeJob:
    """Targets that are scraped alike. `labels` are those that the rules select on, `job` first.

    `node_labels` come from the node that a pod runs on, and only pods on nodes with these values are targets.
    `exported` says that the page names other pods than the one that serves it, and that the rules read these labels as
    `exported_pod` and so on, which they become where the target has such labels too. `keep` are the metrics that are
    stored, all if empty. A `shared` exporter is not a service's own; a `cluster_wide` one comes with every stack.
    `has_service` says that a Kubernetes Service with the labels of the pods leads to them.
    """

    name: str
    labels: Labels
    discovery: Discovery
    port: int | str | None
    path: str
    services: tuple[str, ...]
    scheme: str = "http"
    node_labels: Labels = ()
    honor_labels: bool = False
    exported: bool = False
    keep: tuple[str, ...] = ()
    sample_limit: int | None = None
    shared: bool = False
    cluster_wide: bool = False
    has_service: bool = False

    @property
    def job(self) -> str:
        """The value of the label `job`."""
        return dict(self.labels)["job"]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A request that is sent from outside. `module` is what the blackbox exporter calls its kind; `own` if it has it.

    An empty `status` stands for any 2xx. `job` is the label under which the rules look for the results.
    """

    service: str
    component: str
    job: str
    url: str
    module: str
    own: bool
    method: str
    body: str | None
    content_type: str
    status: tuple[int, ...]
    contains: str | None
    timeout: Duration

    @property
    def name(self) -> str:
        """Unique among all probes."""
        return f"{self.service}-{self.component}"


@dataclass(frozen=True)
class Counter:
    """A field that the GPU exporter has to show: its name, Prometheus type and a help text."""

    field: str
    kind: str
    help: str


@dataclass(frozen=True)
class LeftOut:
    """A component for which nothing is generated, why, and what to write in its spec instead."""

    service: str
    component: str
    reason: str
    advice: str


@dataclass(frozen=True)
class Image:
    """A container image of an exporter, and the port that it listens on."""

    name: str
    port: int


@dataclass(frozen=True)
class Traces:
    """Where traces go; `sampling` is the share kept of those that are neither `slow` nor failed."""

    exporters: tuple[str, ...]
    sampling: Decimal
    slow: Duration


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Everything that collects; `forms` are the kinds of output that the project asks for."""

    forms: frozenset[str]
    namespace: str
    object_labels: Labels
    external_labels: Labels
    alertmanager: str
    blackbox: str
    blackbox_image: Image | None
    gpu_image: Image | None
    gpu_nodes: Labels
    jobs: tuple[ScrapeJob, ...]
    probes: tuple[Probe, ...]
    counters: tuple[Counter, ...]
    traces: Traces | None
    left_out: tuple[LeftOut, ...]
