"""The docstring of a generated module: how its classes are used, and what the scrape has to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.names import module_name
from mlmon.targets.instrumentation.python import docstring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import ServicePlan
    from mlmon.targets.instrumentation.classes import ComponentClass

_SERVING: Final = """\
    metrics = {made}

    @metrics.measure
    def answer(request): ...

    with metrics.inference() as call:
        ...
        call.fallback("feature-store-down")"""
_CREATED: Final = (
    "Nothing reads the `_created` series of prometheus_client; the environment variable "
    "PROMETHEUS_DISABLE_CREATED_SERIES=true saves a series for each counter and histogram."
)


def usage(service: ServicePlan, classes: list[ComponentClass]) -> list[str]:
    """Return the docstring."""
    blocks = [
        f"Metrics that the code of {service.name} exposes, with the labels and buckets that its rules need.",
        "Needs prometheus_client 0.18 or newer.",
        f"    from {module_name(service.name)} import {', '.join(sorted(item.name for item in classes))}",
        *(block for item in classes for block in _purpose(item)),
        _CREATED,
    ]
    return docstring("\n\n".join(blocks), 0)


def _purpose(item: ComponentClass) -> Iterator[str]:
    component = item.item.component
    version = 'version="2026-11-03"' if item.has_version else ""
    if item.serves:
        yield "In the process that answers requests:"
        yield _SERVING.format(made=f"{item.name}({version})")
    elif item.is_job:
        yield f"In the job whose results are those of the component {component.name}:"
        run = ["    with job.run():", "        ..."] if item.has_run else ["    ...  # set what it has found"]
        yield "\n".join([f"    job = {item.name}({version})", *run, '    job.push("pushgateway:9091")'])
    targets = ", ".join(
        f"{matcher.label} {_WORDS[matcher.op]}`{matcher.value}`" for matcher in item.item.labels.of_targets
    )
    if targets:
        how = "The Pushgateway or the scrape" if item.is_job else "The scrape"
        yield f"{how} has to attach the labels {targets}."


_WORDS: Final = {"=": "", "=~": "like ", "!=": "other than ", "!~": "unlike "}
