"""Reads an Alertmanager configuration; whatever is not imitated is an error and never passed over.

A route inherits its parent's receiver, grouping and waits, but not its hours: dispatch/route.go, `newRoute`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from mlmon.routing.interval import Interval
from mlmon.routing.matchers import ConfigError, Matcher
from mlmon.units import Duration
from mlmon.yamlread import read_yaml

_ROUTE: Final = frozenset(
    {"receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "matchers", "continue", "routes"}
    | {"active_time_intervals", "mute_time_intervals"}
)
_INHIBIT: Final = frozenset({"name", "source_matchers", "target_matchers", "equal"})
_GROUP_WAIT, _GROUP_INTERVAL, _REPEAT_INTERVAL = map(Duration.of, ("30s", "5m", "4h"))
EACH: Final = "..."
"""In `group_by`: every label, so that each alert is a group of its own."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One node of the tree with everything that it inherits."""

    matchers: tuple[Matcher, ...] = ()
    receiver: str = ""
    group_by: tuple[str, ...] = ()
    group_wait: Duration = _GROUP_WAIT
    group_interval: Duration = _GROUP_INTERVAL
    repeat_interval: Duration = _REPEAT_INTERVAL
    active: tuple[str, ...] = ()
    """Names of the intervals outside of which nothing is sent; none: no limit."""
    muted: tuple[str, ...] = ()
    """Names of the intervals in which nothing is sent."""
    goes_on: bool = False
    """Whether its later siblings may match, too."""
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True)
class InhibitRule:
    """While an alert of the source fires, those of the target with equal labels are not sent."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]


@dataclass(frozen=True)
class Config:
    """What decides who is told, and when; of the receivers only their settings as they are written."""

    route: Route
    receivers: dict[str, dict[str, Any]]
    inhibit_rules: tuple[InhibitRule, ...]
    intervals: dict[str, tuple[Interval, ...]]


def read(text: str) -> Config:
    """Read a configuration file. Raises ConfigError for what is not imitated."""
    data = read_yaml(text)
    return Config(
        route=_route(data["route"], Route()),
        receivers={item["name"]: item for item in data["receivers"]},
        inhibit_rules=tuple(_inhibit_rule(item) for item in data.get("inhibit_rules", ())),
        intervals={
            item["name"]: tuple(Interval.of(part) for part in item["time_intervals"])
            for item in data.get("time_intervals", ())
        },
    )


def _route(data: dict[str, Any], parent: Route) -> Route:
    _known(data, _ROUTE, "a route")
    own = replace(
        parent,
        matchers=_matchers(data, "matchers"),
        active=tuple(data.get("active_time_intervals", ())),
        muted=tuple(data.get("mute_time_intervals", ())),
        goes_on=bool(data.get("continue", False)),
        receiver=data.get("receiver", parent.receiver),
        group_by=tuple(data.get("group_by", parent.group_by)),
        routes=(),
        **{key: Duration.of(data[key]) for key in ("group_wait", "group_interval", "repeat_interval") if key in data},
    )
    return replace(own, routes=tuple(_route(child, own) for child in data.get("routes", ())))


def _inhibit_rule(data: dict[str, Any]) -> InhibitRule:
    _known(data, _INHIBIT, "an inhibition rule")
    source, target = _matchers(data, "source_matchers"), _matchers(data, "target_matchers")
    return InhibitRule(source, target, tuple(data.get("equal", ())))


def _matchers(data: dict[str, Any], key: str) -> tuple[Matcher, ...]:
    return tuple(Matcher.of(text) for text in data.get(key, ()))


def _known(data: dict[str, Any], known: frozenset[str], what: str) -> None:
    for key in data:
        if key not in known:
            raise ConfigError(f"the setting `{key}` of {what} is not imitated")
