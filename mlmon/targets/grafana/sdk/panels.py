"""One panel: what every kind has, around what only its own kind has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from mlmon.targets.grafana import normalise
from mlmon.targets.grafana.sdk import kinds
from mlmon.targets.grafana.sdk.load import (
    JSONEncoder,
    dashboard,
    heatmap,
    model,
    stat,
    statetimeline,
    table,
    timeseries,
)
from mlmon.targets.grafana.sdk.targets import source, target

if TYPE_CHECKING:
    from mlmon.targets.grafana.drawing import Link
    from mlmon.targets.grafana.layout import Box, Placed

_AnyPanel = TypeVar(
    "_AnyPanel", timeseries.Panel, stat.Panel, heatmap.Panel, statetimeline.Panel, table.Panel
)  # fmt: skip


def panel(placed: Placed) -> dict[str, Any]:
    """Return the JSON of a drawing at its place."""
    drawing = placed.drawing
    match drawing.kind:
        case "timeseries":
            built = _framed(kinds.timeseries_panel(drawing), placed)
        case "stat":
            built = _framed(kinds.stat_panel(drawing), placed)
        case "heatmap":
            built = _framed(kinds.heatmap_panel(drawing), placed)
        case "state-timeline":
            built = _framed(kinds.states_panel(drawing), placed)
        case "table":
            built = _framed(kinds.table_panel(drawing), placed)
    if drawing.series_links:
        # The SDK would write them with the members of a dashboard's link.
        links = [normalise.data_link(plain(data_link(link).build())) for link in drawing.series_links]
        built["fieldConfig"]["defaults"]["links"] = links
    return normalise.panel(built)


def _framed(builder: _AnyPanel, placed: Placed) -> dict[str, Any]:
    """Add what every kind of panel has."""
    drawing = placed.drawing
    builder.title(drawing.title).description(drawing.description).datasource(source(drawing.source))
    for index, asked in enumerate(drawing.targets):
        builder.with_target(target(asked, chr(ord("A") + index)))
    builder.unit(drawing.unit).no_value(drawing.no_value)
    if drawing.minimum is not None:
        builder.min(float(drawing.minimum))
    if drawing.maximum is not None:
        builder.max(float(drawing.maximum))
    steps = [model.Threshold(None if step.value is None else float(step.value), step.colour) for step in drawing.steps]
    builder.thresholds(dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps))
    builder.mappings(_mappings(drawing.texts))
    if drawing.decimals is not None:
        builder.decimals(drawing.decimals)
    if drawing.time_from:
        builder.time_from(drawing.time_from)
    for override in drawing.overrides:
        properties = [model.DynamicConfigValue(key, value) for key, value in override.properties.items()]
        builder.with_override(model.MatcherConfig("byName", override.field), properties)
    transformations = list(drawing.transformations)
    if drawing.sort:
        # As data: the table of @grafana/ui 13.1.1 leaves merged columns as they are, whatever order its options name.
        field, descending = drawing.sort
        transformations.append(("sortBy", {"sort": [{"field": field, "desc": descending}]}))
    if transformations:
        builder.transformations([model.DataTransformerConfig(key, options=value) for key, value in transformations])
    builder.links([data_link(link) for link in drawing.links])
    return plain(builder.id(placed.id).grid_pos(grid(placed.box)).build())


def _mappings(texts: tuple[tuple[str, str, str], ...]) -> list[model.ValueMapping]:
    """A text and a colour for single values; `nan` stands for values that are no numbers."""
    found: list[model.ValueMapping] = []
    for index, (value, text, colour) in enumerate(texts):
        result = model.ValueMappingResult(text=text, color=colour, index=index)
        if value == "nan":
            options = model.DashboardSpecialValueMapOptions(model.SpecialValueMatch.NULL_AND_NAN, result)
            found.append(model.SpecialValueMap(options))
        else:
            found.append(model.ValueMap({value: result}))
    return found


def grid(box: Box) -> model.GridPos:
    """Return a place on the grid."""
    return model.GridPos(h=box.h, w=box.w, x=box.x, y=box.y)


def data_link(link: Link) -> dashboard.DashboardLink:
    """Return an address as the SDK has it."""
    return dashboard.DashboardLink(link.title).url(link.url).target_blank(link.new_tab)


def plain(built: object) -> dict[str, Any]:
    """Return the JSON of anything built; NaN and infinity raise ValueError."""
    data: dict[str, Any] = json.loads(json.dumps(built, cls=JSONEncoder, allow_nan=False))
    return data
