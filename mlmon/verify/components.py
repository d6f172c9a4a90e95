"""Checks one component: whether anything of it is there, whether it is the one meant, and then each of its signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity
from mlmon.plan.signals import Series
from mlmon.verify.check import check
from mlmon.verify.model import Checked, ComponentCheck, Problem, State
from mlmon.verify.selection import listed
from mlmon.verify.subject import Subject, written

if TYPE_CHECKING:
    from mlmon.plan.model import Component
    from mlmon.plan.signals import Signal
    from mlmon.verify.needs import Use
    from mlmon.verify.source import Source
    from mlmon.verify.wish import Wish

OWN: Final = "spec"
"""The type of what a spec selects by itself."""
_ANYONES: Final = ("process_", "http_")
"""Beginnings of metrics that every second page has, so that they do not tell whose page it is."""
_MADE_BY_PROMETHEUS: Final = "up"


def check_component(
    component: Component, read: dict[Signal, tuple[Use, ...]], source: Source, wish: Wish
) -> ComponentCheck:
    """Look whether the component is there at all and is the one that the spec selects; if so, examine its signals."""
    scraped = [signal for signal in component.signals if signal.prometheus and not _is_made(signal, source)]
    there = [signal for signal in scraped if _exists(signal, source)]
    asked = component.name in wish.components or source.scraped
    telling = scraped if asked else [signal for signal in scraped if _tells(signal)] or scraped
    if scraped and not any(signal in there for signal in telling):
        absent = _all(component, read, State.ABSENT, source)
        problems = (_no_metric(component, absent, source),) if asked else ()
        return ComponentCheck(component.name, component.title, asked, absent, problems)
    astray = _astray(component, there, source)
    if astray:
        wrong = _all(component, read, State.WRONG, source)
        return ComponentCheck(
            component.name, component.title, True, wrong, (_elsewhere(component, astray, wrong, source),)
        )
    signals = tuple(_signal(signal, component, read.get(signal, ()), source, wish) for signal in component.signals)
    return ComponentCheck(component.name, component.title, True, signals)


def _signal(signal: Signal, component: Component, read: tuple[Use, ...], source: Source, wish: Wish) -> Checked:
    binding = signal.prometheus
    if binding is None or _is_made(signal, source):
        return _bare(signal, read, State.UNCHECKED, source)
    subject = Subject(
        signal=signal,
        binding=binding,
        uses=read,
        source=source,
        # What the spec selects by itself stands where it is read.
        place=read[0].reader.place if component.type == OWN and read else component.origin,
        selector=component.selector,
        given=frozenset(value for _, value in component.parameters),
        max_series=wish.max_series,
        instrumented=component.instrumented,
        taken=_metrics(component),
        elsewhere=wish.names.get((component.preset, signal.name), {}),
    )
    return check(subject)


def _metrics(component: Component) -> frozenset[str]:
    return frozenset(series.metric for signal in component.signals for series in _series(signal))


def _series(signal: Signal) -> tuple[Series, ...]:
    return signal.prometheus.series if signal.prometheus else ()


def _all(
    component: Component, read: dict[Signal, tuple[Use, ...]], state: State, source: Source
) -> tuple[Checked, ...]:
    """The same state for every signal that can have one."""
    return tuple(_bare(signal, read.get(signal, ()), state, source) for signal in component.signals)


def _bare(signal: Signal, read: tuple[Use, ...], state: State, source: Source) -> Checked:
    remark = "in CloudWatch" if signal.cloudwatch else "not bound"
    if signal.prometheus:
        remark = "made by Prometheus" if _is_made(signal, source) else ""
    return Checked(signal=signal, uses=read, state=State.UNCHECKED if remark else state, remark=remark)


def _is_made(signal: Signal, source: Source) -> bool:
    """Whether no page can have the metric, since Prometheus makes it when it scrapes."""
    return not source.scraped and [series.metric for series in _series(signal)] == [_MADE_BY_PROMETHEUS]


def _exists(signal: Signal, source: Source) -> bool:
    endings = ("", "_count") if signal.kind == "histogram" else ("",)
    names = [f"{series.metric}{ending}" for series in _series(signal) for ending in endings]
    return any(source.is_declared(name) or source.count(Series(name, ())) for name in names)


def _tells(signal: Signal) -> bool:
    metric = signal.prometheus.series[0].metric if signal.prometheus else _MADE_BY_PROMETHEUS
    return metric != _MADE_BY_PROMETHEUS and not metric.startswith(_ANYONES)


def _no_metric(component: Component, signals: tuple[Checked, ...], source: Source) -> Problem:
    needed = any(item.is_required for item in signals)
    where = "let Prometheus scrape it" if source.scraped else "give the page that it serves with --metrics"
    return Problem(
        rule="verify-component",
        metric=component.name,
        before=f"{source.noun} has no metric of ",
        after=f" ({component.title})",
        advice=f"install or start what exposes it, and {where}: {component.preset} reads {_example(signals)}",
        place=component.origin,
        severity=Severity.ERROR if needed else Severity.WARNING,
        state=State.ABSENT,
    )


def _example(signals: tuple[Checked, ...]) -> str:
    metrics = [item.signal.prometheus.series[0].metric for item in signals if item.signal.prometheus]
    return next((metric for metric in metrics if metric != _MADE_BY_PROMETHEUS), metrics[0])


def _astray(component: Component, there: list[Signal], source: Source) -> Series | None:
    """A metric whose series the component's selector does not select, where it selects those of no other one either."""
    counted = [
        Series(f"{series.metric}_count" if signal.kind == "histogram" else series.metric, ())
        for signal in there
        for series in _series(signal)
    ]
    first = None
    for series in counted:
        selector = tuple(item for item in component.selector if source.scraped or source.carries(series, item.label))
        if not selector or source.count(Series(series.metric, selector)):
            return None
        first = first or (series if source.count(series) else None)
    return first


def _elsewhere(component: Component, series: Series, signals: tuple[Checked, ...], source: Source) -> Problem:
    values = [f"{item.label} is {_values(source, series, item.label)}" for item in component.selector]
    needed = any(item.is_required for item in signals)
    return Problem(
        rule="verify-value",
        metric=series.metric,
        before=f"no metric of {component.name} has {written(component.selector)}; of ",
        after=f" {' and '.join(values)}",
        advice="correct `selector`, or the labels that the scrape gives its targets",
        place=component.origin,
        severity=Severity.ERROR if needed else Severity.WARNING,
    )


def _values(source: Source, series: Series, label: str) -> str:
    return listed([value for value in source.values(series, label) if value])
