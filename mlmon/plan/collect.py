"""Works out what has to be collected: what specs say, then what packs know, then what the rules select on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from mlmon.plan.bind import SECTIONS
from mlmon.plan.collection import Collection, Counter, Image, LeftOut, Probe, Traces
from mlmon.plan.scraping import Where, merged, scrape_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.packs.load import Library
    from mlmon.plan.collection import ScrapeJob
    from mlmon.plan.model import ServicePlan
    from mlmon.spec.collection import CollectionOutput
    from mlmon.spec.load import Loaded
    from mlmon.spec.project import Project
    from mlmon.spec.service import Probe as ProbeSpec
    from mlmon.spec.service import Service

_KINDS: Final = {"counter": "counter", "gauge": "gauge", "timestamp": "gauge"}
"""Kind of signal to type of a counter; DCGM has no histograms."""


def collection(
    project: Project, specs: tuple[Loaded[Service], ...], services: tuple[ServicePlan, ...], library: Library
) -> Collection | None:
    """Return what is collected, or None where the project does not ask for it."""
    wanted = project.outputs.collection
    if wanted is None:
        return None
    jobs: list[ScrapeJob] = []
    probes: list[Probe] = []
    left_out: list[LeftOut] = []
    for where in sorted(_places(specs, services, library), key=lambda item: item.service.name):
        if where.component.type == "probe":
            probes.append(_probe(where))
        else:
            jobs += scrape_jobs(where, left_out)
    blackbox, gpu = (_image(library, wanted, name) for name in ("blackbox", "dcgm"))
    return Collection(
        forms=frozenset(wanted.forms), namespace=wanted.namespace, object_labels=_labels(wanted.labels),
        external_labels=_labels(wanted.external_labels), gpu_nodes=_labels(wanted.gpu_nodes),
        alertmanager=wanted.alertmanager or f"alertmanager-operated.{wanted.namespace}.svc:9093",
        blackbox=wanted.blackbox or f"blackbox-exporter.{wanted.namespace}.svc:{blackbox.port if blackbox else 9115}",
        blackbox_image=blackbox, gpu_image=gpu, jobs=merged(jobs), probes=tuple(probes),
        counters=_counters(services, library), traces=_traces(wanted), left_out=tuple(left_out),
    )  # fmt: skip


def _places(specs: tuple[Loaded[Service], ...], services: tuple[ServicePlan, ...], library: Library) -> Iterator[Where]:
    """Pair what a spec says of each component with what it became."""
    planned = {service.name: service for service in services}
    shown = (page for _, loaded in sorted(library.packs.items()) for page in loaded.pack.metadata.metrics)
    known = tuple({page.model_dump_json(): page for page in shown if page.metrics}.values())
    for loaded in specs:
        service = planned[loaded.model.metadata.name]
        bound = {component.name: component for component in service.components}
        for section in SECTIONS:
            for entry in getattr(loaded.model, section):
                component = bound.get(entry.name or entry.preset)
                if component:
                    pages = library.packs[component.preset].pack.metadata.metrics
                    yield Where(service, component, entry, tuple(pages), known)


def _probe(where: Where) -> Probe:
    entry: ProbeSpec = where.entry  # type: ignore[assignment]
    bound = [signal.prometheus for signal in where.component.signals if signal.prometheus]
    matchers = {matcher.label: matcher.value for matcher in bound[0].series[0].matchers} if bound else {}
    own = entry.module is None
    name = f"{where.service.name}-{where.component.name}"
    return Probe(
        service=where.service.name, component=where.component.name, job=matchers.get("job", where.component.preset),
        url=entry.url, module=entry.module or name, own=own, method=entry.method, body=entry.body,
        content_type=entry.content_type, status=tuple(sorted(set(entry.status))), contains=entry.contains,
        timeout=entry.timeout,
    )  # fmt: skip


def _image(library: Library, wanted: CollectionOutput, exporter: Literal["blackbox", "dcgm"]) -> Image | None:
    for _, loaded in sorted(library.packs.items()):
        for page in loaded.pack.metadata.metrics:
            name = wanted.images.get(exporter) or page.image
            if page.exporter == exporter and name and page.port:
                return Image(name, page.port)
    return None


def _counters(services: tuple[ServicePlan, ...], library: Library) -> tuple[Counter, ...]:
    """The fields that any service reads from the GPU exporter."""
    pages = (page for loaded in library.packs.values() for page in loaded.pack.metadata.metrics)
    prefixes = tuple(sorted({page.metrics for page in pages if page.exporter == "dcgm" and page.metrics}))
    signals = (signal for service in services for component in service.components for signal in component.signals)
    found = {
        series.metric: Counter(series.metric, _KINDS[signal.kind], signal.help)
        for signal in signals
        for series in (signal.prometheus.series if signal.prometheus else ())
        if signal.kind in _KINDS and prefixes and series.metric.startswith(prefixes)
    }
    return tuple(found[field] for field in sorted(found))


def _traces(wanted: CollectionOutput) -> Traces | None:
    traces = wanted.traces
    return Traces(tuple(sorted(set(traces.exporters))), traces.sampling, traces.slow) if traces else None


def _labels(labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))
