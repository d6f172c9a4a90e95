"""The class of one component: it makes the metrics, and has a method for whatever the code has to tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mlmon.targets.instrumentation.calls import Calls
from mlmon.targets.instrumentation.families import Family, given
from mlmon.targets.instrumentation.labels import in_code
from mlmon.targets.instrumentation.members import Members
from mlmon.targets.instrumentation.outcomes import values
from mlmon.targets.instrumentation.python import bracketed, docstring, string
from mlmon.targets.instrumentation.setters import setter

if TYPE_CHECKING:
    pass

_ABOUT: Final = {
    "runtime": "What the process that answers requests exposes",
    "quality": "What the job that judges the model's answers tells",
    "pipeline": "What the job tells about its runs",
}
_RUN_TEXT: Final = "Time a run and tell whether it succeeded; what it raises goes on its way."
_RUN: Final = """\
    @contextmanager
    def run(self) -> Iterator[None]:
        begun = time.perf_counter()
        failed = 1.0
        try:
            yield
            failed = 0.0
        finally:
            self.set_run_duration(time.perf_counter() - begun)
            self.set_pipeline_failed(failed)
            if not failed:
                self.set_pipeline_success()""".splitlines()


@dataclass(frozen=True)
class ComponentClass(Members):
    """Writes the class of one component."""

    name: str

    @cached_property
    def serves(self) -> bool:
        """Whether it counts and times requests."""
        return self.item.component.type == "runtime" and any(map(self.item.signal, ("requests", "latency")))

    @cached_property
    def is_job(self) -> bool:
        """Whether it hands its results over before it ends."""
        return self.item.component.type in ("quality", "pipeline")

    @cached_property
    def calls(self) -> Calls:
        """What the beginning and the end of a request do."""
        return Calls(self.item, self.serves, self.names)

    @cached_property
    def has_version(self) -> bool:
        """Whether a label carries the model's version."""
        return any(
            value.kind == "version"
            for family in self.item.families
            for signal in family.members
            for value in values(self.item, family, signal).values()
        )

    def lines(self) -> list[str]:
        """Return the class."""
        base = "_Calls, _Metrics" if self.serves else "_Job" if self.is_job else "_Metrics"
        parts = [self._fields(), self._init(), *self._versions(), *self.calls.methods(), *self._setters(), *self._run()]
        body = [line for part in parts if part for line in ("", *part)]
        return [f"class {self.name}({base}):", *docstring(self._about(), 4), *body]

    def _about(self) -> str:
        component = self.item.component
        about = _ABOUT.get(component.type, "What is exposed")
        text = f"{about} (component {component.name})."
        for signal, reason in self.item.left_out:
            text += f"\n\nNot here, so that the service has to expose it otherwise: {signal.name}, as {reason}."
        return text

    def _fields(self) -> list[str]:
        if self.serves:
            asked = self.calls.asked
            items = [string(name) for name in asked]
            return bracketed("_asked: ClassVar[frozenset[str]] = frozenset([", items, "])", 4) if asked else []
        if not self.is_job:
            return []
        fixed = {
            in_code(label): value.text
            for family in self.item.families
            for signal in family.members
            for label, value in values(self.item, family, signal).items()
            if value.kind == "fixed"
        }
        selected = {matcher.label: matcher.value for matcher in self.item.component.selector if matcher.op == "="}
        fixed = {"job": selected.get("job", self.item.component.name), **fixed}
        group = [f"{string(label)}: {string(value)}" for label, value in fixed.items()]
        return bracketed("_grouping: ClassVar[dict[str, str]] = {", group, "}", 4)

    def _init(self) -> list[str]:
        parameters = ["self", "*", *(["version: str"] if self.has_version else [])]
        default = "CollectorRegistry | None = None" if self.is_job else "CollectorRegistry = REGISTRY"
        parameters += [
            f"registry: {default}",
            *(["rejects: tuple[type[BaseException], ...] = ()"] if self.serves else []),
        ]
        own = ["        registry = CollectorRegistry() if registry is None else registry"] if self.is_job else []
        version = "version" if self.has_version else '""'
        own += ["        self.rejects = rejects"] if self.serves else []
        made = [line for family in self.item.families if is_made_early(self, family) for line in self._made(family)]
        begin = ["        self._prepare()"] if self.calls.prepare() else []
        head = bracketed("def __init__(", parameters, ") -> None:", 4)
        return [*head, *own, f"        super().__init__(registry, {version})", *made, *begin]

    def _made(self, family: Family) -> list[str]:
        head = f"{self.attribute(family)} = self._metric("
        return bracketed(head, self.arguments(family, 12), ")", 8)

    def _versions(self) -> list[list[str]]:
        prepare = self.calls.prepare()
        if not self.has_version:
            return [prepare]
        change = ["    def use_version(self, version: str) -> None:"]
        change += docstring("Count for another version of the model from now on.", 8)
        change += ["        self._change_version(version)", *(["        self._prepare()"] if prepare else [])]
        return [change, prepare]

    def _setters(self) -> list[list[str]]:
        return [
            setter(self, family, signal)
            for family in self.item.families
            for signal in ([family.leading] if family.kind in ("Summary", "Histogram") else family.members)
            if signal not in self.calls.handled
        ]

    @cached_property
    def has_run(self) -> bool:
        """Whether a context manager times a run and tells how it ended."""
        signals = [self.item.signal(name) for name in ("pipeline_success", "pipeline_failed", "run_duration")]
        found = [signal for signal in signals if signal]
        asked = [
            name for signal in found for name in given(values(self.item, self.item.family(signal), signal).values())
        ]
        return self.item.component.type == "pipeline" and len(found) == len(signals) and not asked

    def _run(self) -> list[list[str]]:
        return [[*_RUN[:2], *docstring(_RUN_TEXT, 8), *_RUN[2:]]] if self.has_run else []


def is_made_early(owner: ComponentClass, family: Family) -> bool:
    """Tell whether a metric exists from the start: zero is true of a counter, but not of a gauge nobody has set."""
    return family.kind != "Gauge" or family.poses or any(signal in owner.calls.handled for signal in family.members)
