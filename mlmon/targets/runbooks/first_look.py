"""The questions of the first minutes, each with the queries and commands that answer it for this service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlmon.plan.quantities import Level, Rate
from mlmon.promql.quantities import Renderer
from mlmon.targets.runbooks import queries
from mlmon.targets.runbooks.actions import commands
from mlmon.targets.runbooks.queries import MEDIAN, Queries, Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.plan.model import Component

_INPUTS: Final = (
    "client_errors",
    "batch_size",
    "request_size",
    "prompt_tokens",
    "input_tokens",
    "cache_hit_ratio",
    "missing_features",
    "confidence",
    "prediction_mean",
    "feature_drift",
)
"""Signals whose change says that callers send something else than before."""

INSTANCE: Final = ("instance",)
VERSION: Final = ("version",)


@dataclass(frozen=True)
class Question:
    """One question, what its answer means, and how to get it."""

    title: str
    meaning: str
    queries: tuple[Query, ...]
    commands: tuple[str, ...] = ()


def questions(ask: Queries, components: Sequence[Component]) -> tuple[Question, ...]:
    """Return the questions about an alert of these components, in the order in which to ask them.

    Users are looked at in all components that serve requests; where the alert's own do not, so is everything else.
    """
    serving = [component for component in ask.service.components if component.signal("requests")]
    suspects = [component for component in components if component in serving] or serving
    everything = [
        _users(ask, serving),
        _everywhere(),
        _deployment(ask, suspects),
        _instance(ask, suspects),
        _input(ask, suspects),
    ]
    return tuple(question for question in everything if question.queries or question.commands)


def _titled(text: str, component: Component, among: Sequence[Component]) -> str:
    return f"{text} ({component.name})" if len(among) > 1 else text


def _users(ask: Queries, serving: Sequence[Component]) -> Question:
    found: list[Query] = []
    for component in serving:
        failing, slow = queries.errors(component), queries.slowness(component)
        found += ask.ask(_titled("Share of failing requests", component, serving), failing)
        found += ask.ask(_titled("p99 latency in seconds", component, serving), slow)
    meaning = "If both are as usual, nobody is hurt yet: there is time to find the cause before you change anything."
    return Question("Are users affected?", meaning, tuple(found))


def _everywhere() -> Question:
    meaning = (
        "Several services at once mean a shared cause: the cluster, the network, a feature store. "
        "Join the incident that is open, or open one for all of them."
    )
    return Question("Is it this service alone?", meaning, (queries.everywhere(),))


def _deployment(ask: Queries, suspects: Sequence[Component]) -> Question:
    found: list[Query] = []
    for component in suspects:
        signal = component.signal("requests")
        if signal and signal.prometheus and "version" in dict(signal.prometheus.labels):
            title = _titled("Requests per second by model version", component, suspects)
            found += ask.ask(title, Rate(signal=signal, by=VERSION))
    meaning = "If a version began to serve shortly before the alert, roll back first and look for the reason later."
    return Question("Was there a deployment?", meaning, tuple(found), commands("deployment", ask.service.components))


def _instance(ask: Queries, suspects: Sequence[Component]) -> Question:
    found: list[Query] = []
    for component in suspects:
        up = component.signal("up")
        if not up:
            continue
        failing, slow = queries.errors(component, INSTANCE), queries.slowness(component, INSTANCE)
        answers = Level(signal=up, by=INSTANCE)
        found += ask.ask(_titled("Instances that answer their scrape (1) or do not (0)", component, suspects), answers)
        found += ask.ask(_titled("Share of failing requests by instance", component, suspects), failing)
        found += ask.ask(_titled("p99 latency in seconds by instance", component, suspects), slow)
    meaning = (
        "If one is the odd one out, replace it. "
        "If all are alike, the cause is something that they share: code, model, data or load."
    )
    return Question("Is one instance sick?", meaning, tuple(found), commands("instance", ask.service.components))


def _input(ask: Queries, suspects: Sequence[Component]) -> Question:
    found: list[Query] = []
    for component in suspects:
        signal = component.signal("requests")
        if signal:
            found += ask.ask(_titled("Requests per second now", component, suspects), Rate(signal=signal))
        recording = ask.service.recorded(Rate(signal=signal)) if signal else None
        if signal and recording:
            usual = Renderer(ask.service).quantity(recording.quantity)
            title = _titled("Requests per second a week ago", component, suspects)
            found.append(Query(title, f"{usual} offset 1w"))
    watched = [*suspects, *(component for component in ask.service.components if component not in suspects)]
    for component in watched:
        for name in _INPUTS:
            signal = component.signal(name)
            title = _titled(name.replace("_", " ").capitalize(), component, suspects)
            found += ask.ask(title, queries.distribution(signal, MEDIAN) if signal else None)
    meaning = "More traffic, other callers or other data explain what no deployment explains. Ask the callers."
    return Question("Has the input changed?", meaning, tuple(found))
