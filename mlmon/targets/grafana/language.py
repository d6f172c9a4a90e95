"""What a language model's service is judged by: the first token, the pace, tokens, queue and cache, and their price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.plan.model import Panel, ServicePlan

FIRST: Final = "time_to_first_token"
GENERATED: Final = "generation_tokens"
_PACE: Final = "First token and pace"
_CACHE: Final = "Queue and KV cache"
ROWS: Final = {
    _PACE: (FIRST, "inter_token_latency", "time_per_token", "time_per_output_token"),
    "Tokens": (
        "prompt_tokens",
        GENERATED,
        "input_tokens",
        "output_tokens",
        "finished_requests",
        "gpu_cost",
        "input_cost",
        "output_cost",
        "failed_generations",
        "cached_tokens",
    ),
    _CACHE: (
        "queue_time",
        "kv_cache_usage",
        "preemptions",
        "retractions",
        "prefix_cache_hits",
        "batch_tokens",
        "queue_depth",
        "running_requests",
        "active_requests",
    ),
}
"""Rows of such a service's page, each with the leading signals of its panels, the most telling first."""


def speaks(service: ServicePlan) -> bool:
    """Tell whether a service generates text, by what it measures."""
    names = {signal.name for component in service.components for signal in component.signals}
    return not names.isdisjoint({*ROWS[_PACE], GENERATED, "output_tokens"})


def row_of(panel: Panel) -> str | None:
    """Return the row of a panel, or None where it is like any other service's."""
    # What the prefix cache saves is counted in tokens, but speaks about the cache.
    if "prefix cache" in panel.title.lower():
        return _CACHE
    return next((row for row, names in ROWS.items() if _leading(panel) in names), None)


def in_order(row: str, panels: Sequence[Panel]) -> list[Panel]:
    """Return the panels of a row, the most telling first; those of other rows stay as they are."""
    names = ROWS.get(row, ())
    return sorted(panels, key=lambda panel: names.index(_leading(panel)) if _leading(panel) in names else len(names))


def _leading(panel: Panel) -> str:
    return panel.series[0].quantity.signals[0].name
