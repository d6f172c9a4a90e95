"""Tables with a line for each value of some labels, and a column for each query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.targets.grafana.drawing import Drawing, Override

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlmon.targets.grafana.drawing import Link, Query, Step

NONE: Final = "-"
"""What stands where a line has no number."""
Columns = dict[str, tuple["Query", dict[str, Any]]]
"""Titles of columns to what is asked for them and how they look."""


def merged(
    title: str,
    description: str,
    columns: Columns,
    keys: Mapping[str, str],
    *,
    links: Iterable[tuple[str, Link]] = (),
    hidden: Iterable[str] = (),
    sort: tuple[str, bool] | None = None,
) -> Drawing:
    """Return a table with a line for each value of the labels `keys`, which are told with their columns' titles.

    `links` are those of columns by their titles; `hidden` are fields that no column shows.
    """
    refs = {f"Value #{chr(ord('A') + index)}": column for index, column in enumerate(columns)}
    shown = {**keys, **refs}
    organized = {
        "excludeByName": dict.fromkeys(("Time", *hidden), True),
        "indexByName": {name: index for index, name in enumerate(shown)},
        "renameByName": shown,
    }
    return Drawing(
        kind="table",
        title=title,
        description=description,
        unit="short",
        targets=tuple(query for query, _ in columns.values()),
        no_value=NONE,
        transformations=(("merge", {}), ("organize", organized)),
        overrides=(
            *(Override(column, look) for column, (_, look) in columns.items() if look),
            *(Override(column, {"links": [{"title": link.title, "url": link.url}]}) for column, link in links),
        ),
        sort=sort,
    )


def coloured(steps: tuple[Step, ...]) -> dict[str, Any]:
    """Return the properties of a column whose numbers take the steps' colours; where there is none, nothing does."""
    found = [{"color": step.colour, "value": None if step.value is None else float(step.value)} for step in steps]
    # Without it a missing number has the colour of the lowest ones.
    missing = {"type": "special", "options": {"match": "null", "result": {"text": NONE, "color": "text", "index": 0}}}
    return {
        "thresholds": {"mode": "absolute", "steps": found},
        "mappings": [missing],
        "custom.cellOptions": {"type": "color-text"},
    }
