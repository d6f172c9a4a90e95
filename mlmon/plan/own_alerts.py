"""What a spec says about alerts: changes to those of the packs, alerts written in PromQL, thresholds nobody reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, did_you_mean, one_of
from mlmon.plan.conditions import Written
from mlmon.plan.model import Alert, AlertTest
from mlmon.plan.names import is_severity
from mlmon.units import Duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlmon.packs.load import Library
    from mlmon.plan.limits import Limits
    from mlmon.spec.load import Loaded
    from mlmon.spec.project import Project
    from mlmon.spec.service import Alert as AlertSpec
    from mlmon.spec.service import Service

_MINUTE: Final = Duration.of("1m")


def apply_overrides(service: Loaded[Service], alerts: Iterable[Alert], problems: list[Finding]) -> list[Alert]:
    """Return the packs' alerts as the spec wants them, without the disabled ones; wrong names go to `problems`."""
    found = list(alerts)
    known = {alert.name for alert in found}
    for name, own in service.model.alerts.items():
        problem = _misnamed(name, own, known)
        if problem:
            message, advice = problem
            place = service.document.locate(("alerts", name), key=True)
            problems.append(Finding(rule="spec-alert", message=message, advice=advice, place=place))
    return [changed for alert in found if (changed := _changed(alert, service.model.alerts.get(alert.name)))]


def _misnamed(name: str, own: AlertSpec, known: set[str]) -> tuple[str, str] | None:
    if own.expr is None and name not in known:
        hint = did_you_mean(name, known) or "remove it, or add `expr:` for an alert of your own"
        return f"this service has no alert {name} to change", hint
    if own.expr is not None and name in known:
        hint = "choose another name, or remove `expr` to change the pack's alert"
        return f"{name} is the name of an alert that a pack provides", hint
    return None


def _changed(alert: Alert, own: AlertSpec | None) -> Alert | None:
    if own is None:
        return alert
    if own.disabled:
        return None
    keep = own.keep_firing_for or alert.keep_firing_for
    return replace(alert, for_=own.for_ or alert.for_, keep_firing_for=keep, notes=own.runbook or "")


def written_alerts(service: Loaded[Service], project: Loaded[Project], problems: list[Finding]) -> Iterator[Alert]:
    """Yield the alerts that a spec writes in PromQL."""
    for name, own in service.model.alerts.items():
        place = service.document.locate(("alerts", name, "severity"))
        if own.expr is None or own.disabled:
            continue
        if is_severity(str(own.severity), project.model.severities, place, problems):
            yield _written(service, name, own, own.expr)


def _written(service: Loaded[Service], name: str, own: AlertSpec, expression: str) -> Alert:
    origin = service.document.locate(("alerts", name, "expr"))
    return Alert(
        name=name,
        service=service.model.metadata.name,
        component="spec",
        severity=str(own.severity),
        layer=str(own.layer),
        kind=own.kind,
        outage=False,
        condition=Written(expression, own.unit or ""),
        for_=own.for_ or _MINUTE,
        keep_firing_for=own.keep_firing_for,
        summary=_literal(own.summary),
        description=_literal(own.description),
        reason="",
        reference="",
        threshold_key="",
        labels=(),
        runbook="",
        notes=own.runbook or "",
        origin=origin,
        source=origin.path,
        tests=tuple(
            AlertTest(
                series=tuple((item.series, item.values) for item in test.series),
                at=test.at,
                fires=test.fires,
                interval=test.interval,
                labels=tuple(test.labels.items()),
            )
            for test in own.tests
        ),
    )


def _literal(text: str | None) -> str:
    return (text or "").replace("{", "{{").replace("}", "}}")


def check_thresholds(service: Loaded[Service], limits: Limits, library: Library, problems: list[Finding]) -> None:
    """Report thresholds of the spec that no alert of the service reads."""
    for key in limits.unused():
        message = f'no alert of this service has a threshold "{key}"'
        advice = did_you_mean(key, limits.used) or f"this service has {one_of(limits.used)}"
        if key in _all_thresholds(library):
            message += ": none of its components provides the signal"
            advice = "add the preset that provides it, or remove the threshold"
        place = service.document.locate(("thresholds", key), key=True)
        problems.append(Finding(rule="spec-threshold", message=message, advice=advice, place=place))


def _all_thresholds(library: Library) -> set[str]:
    entries = (entry for loaded in library.packs.values() for entry in loaded.pack.alerts)
    return {key for entry in entries if (key := entry.above or entry.below)}
