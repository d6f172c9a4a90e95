"""Which routes take an alert: from the root down, the first child that matches, and more where one goes on.

dispatch/route.go, `Match`: https://prometheus.io/docs/alerting/latest/configuration/#route
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.routing.config import EACH
from mlmon.routing.matchers import all_match

if TYPE_CHECKING:
    from mlmon.routing.config import Route
    from mlmon.routing.matchers import Labels


def paths(route: Route, labels: Labels) -> list[tuple[Route, ...]]:
    """Return each way from this route down to one that takes the alert; none where it does not match itself."""
    if not all_match(route.matchers, labels):
        return []
    found: list[tuple[Route, ...]] = []
    for child in route.routes:
        below = paths(child, labels)
        found += [(route, *path) for path in below]
        if below and not child.goes_on:
            break
    return found or [(route,)]


def group(route: Route, labels: Labels) -> tuple[tuple[str, str], ...]:
    """Return the labels that the alert's group is known by; those that it lacks are left out."""
    names = labels if EACH in route.group_by else route.group_by
    return tuple((name, labels[name]) for name in sorted(names) if name in labels)
