"""Relabelling as values, written the way Prometheus or the Prometheus operator spells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from mlmon.plan.collection import Pods, ScrapeJob

_REGEX_SPECIAL: Final = re.compile(r"([\\.+*?()|\[\]{}^$])")
_META: Final = re.compile(r"[^a-zA-Z0-9_]")
PHASE: Final = ("__meta_kubernetes_pod_phase",)
"""Whether a pod runs; the operators look at it by themselves."""
_CONTENT: Final = (
    "request_id", "trace_id", "span_id", "session_id", "conversation_id", "user_id", "customer_id", "email", "prompt",
    "client_ip",
)  # fmt: skip
"""Labels that make a series of every request or user (prometheus.io/docs/practices/naming/#labels)."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One step; what is None is left to its default. `replacement` is in Prometheus' notation, see `literal`."""

    source: tuple[str, ...] = ()
    regex: str | None = None
    target: str | None = None
    replacement: str | None = None
    action: str | None = None

    def prometheus(self) -> dict[str, Any]:
        """Return it as relabel_configs of Prometheus have it."""
        return self._spelled("source_labels", "target_label")

    def operator(self) -> dict[str, Any]:
        """Return it as relabelings of the operator's objects, and of Google's, have it."""
        return self._spelled("sourceLabels", "targetLabel")

    def _spelled(self, source: str, target: str) -> dict[str, Any]:
        made = {
            source: list(self.source) or None, "regex": self.regex, target: self.target,
            "replacement": self.replacement, "action": self.action,
        }  # fmt: skip
        return {key: value for key, value in made.items() if value is not None}


def literal(text: str) -> str:
    """Quote text for `replacement`, where a dollar begins the name of a group."""
    return text.replace("$", "$$")


def exactly(text: str) -> str:
    """Quote text for `regex`, which is matched as a whole."""
    return _REGEX_SPECIAL.sub(r"\\\1", text)


def fixed(label: str, value: str) -> Rule:
    """Give every target a label."""
    return Rule(target=label, replacement=literal(value))


def of_pods(job: ScrapeJob, pods: Pods) -> list[Rule]:
    """Return what keeps the right ones of the pods that were selected by their labels, and labels the targets."""
    rules = [Rule(source=PHASE, regex="Failed|Succeeded", action="drop")]
    if pods.names:
        rules.append(Rule(source=("__meta_kubernetes_pod_name",), regex=pods.names, action="keep"))
    rules += [Rule(source=(_node(key),), regex=exactly(value), action="keep") for key, value in job.node_labels]
    return [*rules, *_port(job), *_identity(job)]


def labels(job: ScrapeJob) -> list[Rule]:
    """Return what gives the targets the labels which rules select on."""
    return [fixed(key, value) for key, value in (*job.labels, *job.node_labels) if not _is_discovered(job, key)]


def of_metrics(job: ScrapeJob) -> list[Rule]:
    """Return what is stored of a page.

    A series with content in a label is dropped as a whole: without the label several series would become one, and
    Prometheus would keep whichever came first.
    """
    kept = [Rule(source=("__name__",), regex="|".join(job.keep), action="keep")] if job.keep else []
    # Not `separator: ""`: what generates configurations from objects drops empty fields, and `;` is between them again.
    return [*kept, Rule(source=_CONTENT, regex=".*[^;].*", action="drop")]


def _node(label: str) -> str:
    """The label under which service discovery shows a Kubernetes label of the node."""
    return f"__meta_kubernetes_node_label_{_META.sub('_', label)}"


def _is_discovered(job: ScrapeJob, label: str) -> bool:
    return label == "namespace" and isinstance(job.discovery, Pods) and not job.honor_labels


def _port(job: ScrapeJob) -> list[Rule]:
    """A target for each port that a pod declares comes in; one that it does not declare is reached by number."""
    if isinstance(job.port, str):
        return [Rule(source=("__meta_kubernetes_pod_container_port_name",), regex=job.port, action="keep")]
    if job.shared:
        # The name of the container is a label of the target, so that exactly one may be left.
        return [Rule(source=("__meta_kubernetes_pod_container_port_number",), regex=str(job.port), action="keep")]
    address = {"([^:]+)": f"${{1}}:{job.port}", "(.*:.*)": f"[${{1}}]:{job.port}"}
    return [
        Rule(source=("__meta_kubernetes_pod_ip",), regex=regex, target="__address__", replacement=text)
        for regex, text in address.items()
    ]


def _identity(job: ScrapeJob) -> list[Rule]:
    """Which pod it is. Where the page's labels go first, they are left alone."""
    if job.honor_labels:
        return []
    known = {"namespace": "namespace", "pod": "pod_name", "node": "pod_node_name"}
    known |= {"container": "pod_container_name"} if job.exported else {}
    return [Rule(source=(f"__meta_kubernetes_{name}",), target=label) for label, name in known.items()]


def of_nodes(job: ScrapeJob) -> list[Rule]:
    """Return what sends a scrape of a kubelet through the API server, whose certificate can be verified."""
    path = f"/api/v1/nodes/${{1}}/proxy{literal(job.path)}"
    name = "__meta_kubernetes_node_name"
    return [
        Rule(target="__address__", replacement="kubernetes.default.svc:443"),
        Rule(source=(name,), regex="(.+)", target="__metrics_path__", replacement=path),
        Rule(source=(name,), target="instance"),
        Rule(source=(name,), target="node"),
    ]
