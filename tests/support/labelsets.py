"""Label sets under which a component's metrics exist, such that every signal finds its own."""

from mlmon.plan.signals import Matcher, Series, Signal
from tests.support.matching import accepts, example, refused

VALUES = {"version": ("v12", "v13"), "instance": ("10.0.3.11:8000", "10.0.3.12:8000"), "gpu": ("0", "1")}
"""Values of canonical labels; every other label has one value."""


def metrics(signals: list[Signal]) -> dict[str, list[tuple[Signal, Series]]]:
    """Each metric with the signals that read it."""
    found: dict[str, list[tuple[Signal, Series]]] = {}
    for signal in signals:
        assert signal.prometheus is not None
        for series in signal.prometheus.series:
            found.setdefault(series.metric, []).append((signal, series))
    return found


def label_sets(readers: list[tuple[Signal, Series]]) -> list[dict[str, str]]:
    """Label sets such that every reader finds some, and those with fewer matchers find more than the others do."""
    keys: dict[str, list[str]] = {}
    for signal, series in readers:
        for matcher in series.matchers:
            keys.setdefault(matcher.label, [])
        bound = signal.prometheus
        for canonical, label in dict(bound.labels).items() if bound else ():
            values = VALUES.get(canonical, (f"{canonical}-1",))
            keys.setdefault(label, list(values))
    keys.setdefault("instance", list(VALUES["instance"]))
    for label, values in keys.items():
        _fill(values, [_matchers(series, label) for _, series in readers])
    sets: list[dict[str, str]] = [{}]
    for label, values in keys.items():
        sets = [{**labels, label: value} for labels in sets for value in values]
    return [labels for labels in sets if any(_reads(series, labels) for _, series in readers)]


def _fill(values: list[str], wanted: list[list[Matcher]]) -> None:
    """Add values that satisfy each reader's matchers on a label, and one for those that do not care."""
    judged = [matchers for matchers in wanted if matchers]
    if not judged:
        return
    kept = [value for value in values if any(accepts(matchers, value) for matchers in judged)]
    kept += [example(matchers) for matchers in judged if not any(accepts(matchers, value) for value in kept)]
    if len(judged) < len(wanted):
        offered = ["ok", "other", *(excluded for matchers in judged for excluded in refused(matchers))]
        kept += [value for value in offered if not any(accepts(one, value) for one in judged)][:1]
    values[:] = list(dict.fromkeys(kept))


def _matchers(series: Series, label: str) -> list[Matcher]:
    return [matcher for matcher in series.matchers if matcher.label == label]


def _reads(series: Series, labels: dict[str, str]) -> bool:
    return all(accepts([matcher], labels.get(matcher.label, "")) for matcher in series.matchers)


def closest(readers: list[tuple[Signal, Series]], labels: dict[str, str]) -> Signal:
    """The most particular reader that finds a label set: errors rather than requests."""
    fitting = [(signal, series) for signal, series in readers if _reads(series, labels)]
    return max(fitting, key=lambda item: (len(item[1].matchers), -len(_series(item[0]))))[0]


def _series(signal: Signal) -> tuple[Series, ...]:
    assert signal.prometheus is not None
    return signal.prometheus.series
