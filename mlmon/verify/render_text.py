"""The check as a table for terminals and pipes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mlmon.report import plain_paint, visible
from mlmon.verify.model import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.report import Paint
    from mlmon.verify.model import Checked, ComponentCheck, Verified

_COLOURS: Final = {
    State.PRESENT: "green",
    State.UNSEEN: "yellow",
    State.WRONG: "red",
    State.ABSENT: "red",
    State.UNCHECKED: "blue",
}
_WORDS: Final = {
    State.PRESENT: "present",
    State.UNSEEN: "not seen yet",
    State.WRONG: "wrong",
    State.ABSENT: "absent",
    State.UNCHECKED: "not checked",
}


def render(verified: Verified, paint: Paint = plain_paint) -> str:
    """Return the table; ends with a newline."""
    lines = [f"Metrics in {visible(verified.source)}"]
    for service in verified.services:
        lines += ["", visible(service.name)]
        for component in service.components:
            lines += _component(component, paint)
        if service.by_hand:
            lines.append(f"  PromQL of the spec's own is not checked: {visible(', '.join(service.by_hand))}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _component(component: ComponentCheck, paint: Paint) -> Iterator[str]:
    head = f"  {visible(component.name)}: {visible(component.title)}"
    if not component.found:
        yield f"{head}: {paint('not on this page', 'blue')}"
        return
    yield head
    added = sorted({label for item in component.signals for label in item.added})
    if added:
        yield f"    {visible(', '.join(added))}: not on the page but added by the scrape, so not checked"
    names = max((len(item.signal.name) for item in component.signals), default=0)
    metrics = max((len(metric_of(item)) for item in component.signals), default=0)
    for item in component.signals:
        # Colour comes last: escape codes have no width on the screen, but str.ljust() counts them.
        state = paint(_WORDS[item.state], _COLOURS[item.state]) + " " * (12 - len(_WORDS[item.state]))
        metric = visible(metric_of(item)).ljust(metrics)
        yield f"    {state}  {item.signal.name:{names}}  {metric}  {_need(item):8}  {_facts(item)}"


def _facts(item: Checked) -> str:
    facts = [f"{item.series:,} series"] if item.series else []
    return ", ".join([*([item.kind] if item.kind else []), *facts, *([visible(item.remark)] if item.remark else [])])


def metric_of(item: Checked) -> str:
    """Name the metrics of a signal."""
    binding, cloudwatch = item.signal.prometheus, item.signal.cloudwatch
    if binding:
        return " + ".join(dict.fromkeys(series.metric for series in binding.series))
    return f"{cloudwatch.namespace} {cloudwatch.metric}" if cloudwatch else "-"


def _need(item: Checked) -> str:
    if item.is_required:
        return "required"
    return "panels" if item.uses else "unused"


def counts(verified: Verified) -> str:
    """Count signals by state: `12 present, 1 not seen yet, 3 not checked`."""
    found = Counter(item.state for item in verified.signals)
    return ", ".join(f"{found[state]} {_WORDS[state]}" for state in State if found[state]) or "nothing was found"
