"""The CloudWatch variant of a service's module: what its alarms read of namespaces that are not AWS's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.module import Imports, assemble, read
from mlmon.targets.instrumentation.names import class_names, module_name
from mlmon.targets.instrumentation.outcomes import COUNTED_AT
from mlmon.targets.instrumentation.python import bracketed, docstring, identifier, string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.model import Component, ServicePlan
    from mlmon.plan.signals import CloudWatchBinding, Signal

_AWS: Final = ("AWS/", "/aws/")
"""Namespaces that only AWS's own services write to."""
_CALLS: Final = frozenset({"requests", "latency", *COUNTED_AT})
"""Signals that a request changes by itself."""
_RESERVED: Final = frozenset({"begin", "begin_line", "begun", "count", "counts", "end", "value", "values", "write"})
_STREAM: Final = ("stream: TextIO | None = None", "interval: float = 10.0")
_REJECTS: Final = "rejects: tuple[type[BaseException], ...] = ()"

MAX_DIMENSIONS: Final = 30
MAX_METRICS: Final = 100
MAX_DIMENSION_VALUE: Final = 1024
"""docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""


@dataclass(frozen=True)
class EmfClass:
    """Writes the class of one component."""

    name: str
    component: Component
    signals: tuple[tuple[Signal, CloudWatchBinding], ...]

    @cached_property
    def directives(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """The namespaces and dimensions that it writes, each pair of which is one line."""
        return list(dict.fromkeys((binding.namespace, binding.dimensions) for _, binding in self.signals))

    @cached_property
    def serves(self) -> bool:
        """Whether it counts and times requests."""
        return self.component.type == "runtime" and any(signal.name in _CALLS for signal, _ in self.signals)

    def lines(self) -> list[str]:
        """Return the class."""
        base = "_Calls, _Lines" if self.serves else "_Lines"
        about = f"The component {self.component.name}, for CloudWatch."
        parts = [self._directives(), self._init(), *([self._end()] if self.serves else []), *self._methods()]
        head = [f"class {self.name}({base}):", *docstring(about, 4)]
        return [*head, *(line for part in parts for line in ("", *part))]

    def units(self, namespace: str, dimensions: tuple[tuple[str, str], ...]) -> dict[str, str]:
        """Return the metrics of one line, with their units."""
        return {
            binding.metric: binding.unit
            for _, binding in self.signals
            if (binding.namespace, binding.dimensions) == (namespace, dimensions)
        }

    def _directives(self) -> list[str]:
        lines = ["    _directives: ClassVar[list[dict[str, Any]]] = ["]
        for namespace, dimensions in self.directives:
            units = self.units(namespace, dimensions)
            lines += ["        {", f'            "Namespace": {string(namespace)},']
            lines += _mapping("Dimensions", dict(dimensions)) + _mapping("Units", units) + ["        },"]
        return [*lines, "    ]"]

    def _init(self) -> list[str]:
        parameters = ["self", "*", *_STREAM, *([_REJECTS] if self.serves else [])]
        own = ['        self.version = ""', "        self.rejects = rejects"] if self.serves else []
        head = bracketed("def __init__(", parameters, ") -> None:", 4)
        return [*head, *own, "        super().__init__(stream, interval)"]

    def _write(self, signal: Signal, binding: CloudWatchBinding, value: str, indent: int = 8) -> list[str]:
        index = self.directives.index((binding.namespace, binding.dimensions))
        number = value if binding.scale == 1 else f"{value} / {float(binding.scale)!r}"
        method = "_count" if signal.kind == "counter" else "_value"
        return bracketed(f"self.{method}(", [str(index), string(binding.metric), number], ")", indent)

    def _end(self) -> list[str]:
        lines = ["    def _end(self, call: Inference) -> None:"]
        for signal, binding in self.signals:
            if signal.name == "requests":
                lines += self._write(signal, binding, "1.0")
            elif signal.name == "latency":
                lines += ['        if call.outcome != "rejected":']
                lines += self._write(signal, binding, "call.seconds", 12)
            elif signal.name in COUNTED_AT:
                # A zero, too: alarms on a ratio read both of its metrics.
                happened = f'float(call.outcome == "{COUNTED_AT[signal.name]}")'
                lines += self._write(signal, binding, happened)
        return lines

    def _methods(self) -> Iterator[list[str]]:
        taken = set(_RESERVED)
        for signal, binding in self.signals:
            if self.serves and signal.name in _CALLS:
                continue
            name = identifier(signal.name, taken)
            taken.add(name)
            verb = {"counter": "count", "histogram": "observe"}.get(signal.kind, "set")
            parameter = "amount: float = 1.0" if verb == "count" else "value: float"
            text = f"{signal.help.rstrip('. ')}: `{binding.metric}` in {binding.namespace}."
            write = self._write(signal, binding, parameter.partition(":")[0])
            head = bracketed(f"def {verb}_{name}(", ["self", parameter], ") -> None:", 4)
            yield [*head, *docstring(text, 8), *write]


def _mapping(key: str, values: dict[str, str]) -> list[str]:
    items = [f"{string(name)}: {string(value)}" for name, value in values.items()]
    return bracketed(f'"{key}": {{', items, "},", 12)


def emf_classes(service: ServicePlan) -> list[EmfClass]:
    """Return the classes of the components that write metrics to CloudWatch by their own code."""
    found = {component: written(component) for component in service.components if component.instrumented}
    mine = {component: signals for component, signals in found.items() if signals}
    names = class_names(list(mine))
    return [EmfClass(name, component, signals) for name, (component, signals) in zip(names, mine.items(), strict=True)]


def written(component: Component) -> tuple[tuple[Signal, CloudWatchBinding], ...]:
    """Return the signals of a component that CloudWatch has from its own code."""
    return tuple(
        (signal, signal.cloudwatch)
        for signal in component.signals
        if signal.cloudwatch and not signal.cloudwatch.namespace.startswith(_AWS)
    )


def emf_module(service: ServicePlan) -> str | None:
    """Return the CloudWatch variant of a service's module, or None where nothing of its own is read there."""
    classes = emf_classes(service)
    if not classes:
        return None
    parts = [*(["calls"] if any(item.serves for item in classes) else []), "emf"]
    sources = [read(part) for part in parts]
    imports: list[Imports] = [found for found, _ in sources]
    bodies = [body for _, body in sources] + ["\n".join(item.lines()) for item in classes]
    return assemble(service, _usage(service, classes), imports, bodies)


def _usage(service: ServicePlan, classes: list[EmfClass]) -> list[str]:
    made = "\n".join(f"    {item.name.lower()} = {item.name}()" for item in classes)
    names = ", ".join(sorted(item.name for item in classes))
    blocks = [
        f"Metrics of {service.name} for CloudWatch, as log lines in the Embedded Metric Format.",
        "CloudWatch Logs makes metrics of the lines that a container or function writes to its standard output. "
        "The methods are called as those of the module for Prometheus, without labels. It needs the standard library "
        "only.",
        f"    from {module_name(service.name)}_emf import {names}\n{made}",
    ]
    return docstring("\n\n".join(blocks), 0)


def too_large(service: ServicePlan) -> list[str]:
    """Return sentences on what the format does not allow."""
    found = []
    for item in emf_classes(service):
        for namespace, dimensions in item.directives:
            metrics = item.units(namespace, dimensions)
            what = f"{service.name}: the metrics of {item.component.name} in {namespace}"
            if len(dimensions) > MAX_DIMENSIONS:
                found.append(f"{what} have {len(dimensions)} dimensions; one line can have {MAX_DIMENSIONS}")
            if len(metrics) > MAX_METRICS:
                found.append(f"{what} are {len(metrics)}; one line can have {MAX_METRICS}")
            if any(not value or len(value) > MAX_DIMENSION_VALUE for _, value in dimensions):
                found.append(f"{what} have a dimension of no or more than {MAX_DIMENSION_VALUE} characters")
            if metrics.keys() & ({key for key, _ in dimensions} | {"_aws"}):
                found.append(f"{what} have a dimension and a metric of one name")
    return found
