"""The check as data; the keys are part of mlmon's interface."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mlmon.verify.model import State

if TYPE_CHECKING:
    from mlmon.verify.model import Checked, ComponentCheck, Verified


def as_data(verified: Verified) -> dict[str, Any]:
    """Return what joins the findings in a JSON answer."""
    found = Counter(item.state for item in verified.signals)
    return {
        "source": verified.source,
        "signals": {state.value: found[state] for state in State},
        "services": [
            {
                "service": service.name,
                "by_hand": list(service.by_hand),
                "components": [_component(item) for item in service.components],
            }
            for service in verified.services
        ],
    }


def _component(component: ComponentCheck) -> dict[str, Any]:
    return {
        "component": component.name,
        "title": component.title,
        "found": component.found,
        "signals": [_signal(item) for item in component.signals] if component.found else [],
    }


def _signal(item: Checked) -> dict[str, Any]:
    binding = item.signal.prometheus
    return {
        "signal": item.signal.name,
        "metrics": list(dict.fromkeys(series.metric for series in binding.series)) if binding else [],
        "state": item.state.value,
        "required": item.is_required,
        "read_by": list(dict.fromkeys(f"{use.reader.what} {use.reader.name}" for use in item.uses)),
        "type": item.kind,
        "series": item.series,
        "added_by_scrape": list(item.added),
        "remark": item.remark,
    }
