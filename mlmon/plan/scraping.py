"""The scrape jobs of a component: where its targets are, and the labels that make them the ones which rules select."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mlmon.packs.exposition import Exposition
from mlmon.plan.collection import Addresses, Discovery, LeftOut, Nodes, Pods, ScrapeJob
from mlmon.plan.conditions import Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlmon.plan.model import Component, ServicePlan
    from mlmon.spec.service import Component as ComponentSpec

_SAMPLE_LIMIT: Final = 50_000
"""Samples on one page of a service; a model server has a few thousand, so that more is a label with content."""
_POD: Final = "-[a-z0-9]+-[a-z0-9]{5}"
"""What Deployments put behind their name: a hash of the template, and five characters."""
_UNNAMED: Final = Exposition(source="https://prometheus.io/docs/instrumenting/exposition_formats/")
"""The page of a preset that does not know where its metrics are shown."""

_IDENTIFIER: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


@dataclass(frozen=True)
class Where:
    """A component, what its spec says of it, and the pages that its pack knows.

    `known` are the pages of all packs that are told by how their metrics' names begin.
    """

    service: ServicePlan
    component: Component
    entry: ComponentSpec
    pages: tuple[Exposition, ...]
    known: tuple[Exposition, ...]


class _Unknown(Exception):  # noqa: N818  a question for the spec, no error of the program
    """Targets that cannot be found: why, and what to write."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason, self.advice = reason, advice


def scrape_jobs(where: Where, left_out: list[LeftOut]) -> list[ScrapeJob]:
    """Return the jobs of one component; what cannot be collected, and why, goes to `left_out`."""
    read = set(_names(where.component))
    if not where.pages:
        # What prices or combines others' metrics has no page of its own, and needs those that none of them reads.
        read -= _read_by_siblings(where)
    if where.entry.collect.off or not read:
        return []
    found = []
    for page in where.pages or _matching(where.known, read) or (_UNNAMED,):
        try:
            metrics = {metric for metric in read if metric.startswith(page.metrics)}
            if metrics:
                found.append(_job(where, page, metrics | _written(where.service, page)))
        except _Unknown as error:
            left_out.append(LeftOut(where.service.name, where.component.name, error.reason, error.advice))
    return found


def merged(jobs: Iterable[ScrapeJob]) -> tuple[ScrapeJob, ...]:
    """Unite jobs with the same targets, which would be scraped twice otherwise, and name all of them differently."""
    united: dict[ScrapeJob, list[ScrapeJob]] = {}
    for job in jobs:
        key = replace(job, name="", keep=(), services=())
        united.setdefault(key, []).append(job)
    made = [_one(alike) for alike in united.values()]
    return tuple(sorted(_named(made), key=lambda job: job.name))


def _job(where: Where, page: Exposition, keep: set[str]) -> ScrapeJob:
    collect, component = where.entry.collect, where.component
    labels = _labels(where, page)
    discovery = _discovery(where, page, labels)
    shared = page.nodes or bool(page.pods)
    per_node = page.per_node and isinstance(discovery, Pods) and not collect.pods
    own = {"job": labels["job"]} if per_node else labels
    port = collect.port or page.port
    if port is None and isinstance(discovery, Pods):
        raise _Unknown("no port is known", "in its entry: collect: {port: 8000}")
    honor = _honors(component, page)
    if isinstance(discovery, Nodes) and not honor:
        reason = "a kubelet's page is not served by a pod, whose labels would turn pod into exported_pod"
        raise _Unknown(reason, "object_labels: plain")
    return ScrapeJob(
        name=labels["job"] if shared else f"{where.service.name}-{component.name}", labels=tuple(own.items()),
        node_labels=tuple((key, value) for key, value in labels.items() if key not in own), discovery=discovery,
        port=port if isinstance(discovery, Pods) else None, path=collect.path or page.path, scheme=collect.scheme,
        honor_labels=honor, exported=page.about_others and not honor,
        keep=tuple(sorted(keep)) if page.needed_only else (),
        sample_limit=collect.sample_limit or (None if shared else _SAMPLE_LIMIT), shared=shared,
        cluster_wide=page.cluster_wide, has_service=bool(page.pods) and not collect.pods,
        services=(where.service.name,),
    )  # fmt: skip


def _labels(where: Where, page: Exposition) -> dict[str, str]:
    """The fixed labels of the targets, `job` first; of pods the namespace is their own."""
    labels = {"job": page.job or where.component.preset}
    for matcher in where.component.selector:
        if matcher.op != "=":
            reason = f"its selector fixes no value of the label {matcher.label}"
            raise _Unknown(reason, f"one component for each value, with {matcher.label}: VALUE")
        labels[matcher.label] = matcher.value
    return labels


def _discovery(where: Where, page: Exposition, labels: dict[str, str]) -> Discovery:
    collect = where.entry.collect
    if collect.targets:
        return Addresses(tuple(collect.targets))
    if page.nodes:
        return Nodes()
    cluster = _workload(where.service)
    # An exporter that many services share is in a namespace of its own.
    near = () if page.pods else (labels.get("namespace"), cluster.get("namespace"))
    namespaces = tuple(name for name in (collect.namespace, *near) if name)[:1]
    pods = collect.pods or page.pods or ({"app": labels["app"]} if "app" in labels else {})
    if pods:
        return Pods(namespaces, tuple(sorted(pods.items())))
    if page is _UNNAMED:
        advice = (
            "nothing, if the service's own page has them; else in its entry: collect: {pods: {app: NAME}, port: 8000}"
        )
        raise _Unknown("its preset does not say where these metrics are shown", advice)
    if "deployment" not in cluster:
        advice = "in its entry: collect: {namespace: NAME, pods: {app: NAME}}"
        raise _Unknown("its selector does not tell its pods", advice)
    return Pods(namespaces, (), re.sub(r"([.])", r"\\\1", cluster["deployment"]) + _POD)


def _workload(service: ServicePlan) -> dict[str, str]:
    """The namespace and the Deployment that the service's infrastructure names."""
    for component in service.components:
        known = dict(component.parameters)
        if component.type == "infrastructure" and {"namespace", "deployment"} <= known.keys():
            return {key: known[key] for key in ("namespace", "deployment")}
    return {}


def _honors(component: Component, page: Exposition) -> bool:
    if isinstance(page.honor_labels, str):
        return page.honor_labels == "always"
    chosen = dict(component.parameters)
    return all(chosen.get(key, value) == value for key, value in page.honor_labels.items())


def _matching(known: tuple[Exposition, ...], read: set[str]) -> tuple[Exposition, ...]:
    """The pages that other packs know metrics of these names to be on."""
    return tuple(page for page in known if any(metric.startswith(page.metrics) for metric in read))


def _read_by_siblings(where: Where) -> set[str]:
    siblings = (other for other in where.service.components if other.name != where.component.name)
    return {name for other in siblings for name in _names(other)}


def _written(service: ServicePlan, page: Exposition) -> set[str]:
    """The names in PromQL written by hand that may be on a page of which only some metrics are kept."""
    if not page.needed_only:
        return set()
    texts = (alert.condition.expr for alert in service.alerts if isinstance(alert.condition, Written))
    return {name for text in texts for name in _IDENTIFIER.findall(text) if name.startswith(page.metrics)}


def _names(component: Component) -> Iterator[str]:
    for signal in component.signals:
        for series in signal.prometheus.series if signal.prometheus else ():
            histogram = signal.kind == "histogram" and signal.prometheus and not signal.prometheus.native
            ends = ("_bucket", "_count", "_sum") if histogram else ("",)
            yield from (series.metric + end for end in ends)


def _one(alike: list[ScrapeJob]) -> ScrapeJob:
    services = tuple(sorted({name for job in alike for name in job.services}))
    keep = {metric for job in alike for metric in job.keep}
    return replace(alike[0], services=services, keep=tuple(sorted(keep)))


def _named(jobs: list[ScrapeJob]) -> Iterator[ScrapeJob]:
    """Name what would be called the same after the services that need it, then by number."""
    taken: dict[str, int] = {}
    names = [job.name for job in jobs]
    for job in jobs:
        name = job.name if names.count(job.name) == 1 else f"{job.name}-{job.services[0]}"
        taken[name] = taken.get(name, 0) + 1
        yield replace(job, name=name if taken[name] == 1 else f"{name}-{taken[name]}")
