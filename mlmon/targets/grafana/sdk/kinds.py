"""The options of each kind of panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.targets.grafana.sdk.load import (
    common,
    common_model,
    dashboard,
    heatmap,
    heatmap_model,
    model,
    stat,
    statetimeline,
    table,
    timeseries,
)

if TYPE_CHECKING:
    from mlmon.targets.grafana.drawing import Drawing


def timeseries_panel(drawing: Drawing) -> timeseries.Panel:
    """Lines over time, with dashed lines at the thresholds."""
    style = common_model.GraphThresholdsStyleMode.DASHED if drawing.lines else common_model.GraphThresholdsStyleMode.OFF
    built = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(10 if drawing.filled else 0)
        .show_points(common_model.VisibilityMode.NEVER)
        .span_nulls(False)
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
        .legend(_legend())
        .tooltip(_tooltip())
    )
    if drawing.axis_label:
        # Without a matcher the time axis would be called the same.
        label = [model.DynamicConfigValue("custom.axisLabel", drawing.axis_label)]
        built.with_override(model.MatcherConfig("byType", "number"), label)
    if drawing.soft_maximum is not None:
        built.axis_soft_max(float(drawing.soft_maximum))
    return built.axis_soft_min(0) if drawing.minimum is None else built


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(common_model.LegendDisplayMode.LIST)
        .placement(common_model.LegendPlacement.BOTTOM)
        .calcs(["lastNotNull"])
    )


def _tooltip() -> common.VizTooltipOptions:
    return (
        common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.MULTI).sort(common_model.SortOrder.DESCENDING)
    )


def stat_panel(drawing: Drawing) -> stat.Panel:
    """The last value, large."""
    text = common_model.BigValueTextMode.VALUE_AND_NAME if drawing.names else common_model.BigValueTextMode.VALUE
    return (
        stat.Panel()
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False))
        .color_mode(common_model.BigValueColorMode.VALUE)
        .graph_mode(common_model.BigValueGraphMode.NONE)
        .text_mode(text)
        .justify_mode(common_model.BigValueJustifyMode.AUTO)
        .orientation(common_model.VizOrientation.AUTO)
    )


def heatmap_panel(drawing: Drawing) -> heatmap.Panel:
    """Buckets over time, by colour."""
    colour = (
        heatmap.HeatmapColorOptions()
        .mode(heatmap_model.HeatmapColorMode.SCHEME)
        .scheme("Turbo")
        .fill("dark-orange")
        .exponent(0.5)
        .steps(64)
        .reverse(False)
    )
    return (
        heatmap.Panel()
        .calculate(False)
        .color(colour)
        .cell_gap(1)
        .filter_values(heatmap.FilterValueRange().le(1e-9))
        .y_axis(heatmap.YAxisConfig().unit(drawing.unit).axis_placement(common_model.AxisPlacement.LEFT))
        .tooltip(heatmap.HeatmapTooltip().mode(common_model.TooltipDisplayMode.SINGLE).y_histogram(True))
        .show_legend()
    )


def states_panel(_: Drawing) -> statetimeline.Panel:
    """States over time, by colour."""
    return (
        statetimeline.Panel()
        .merge_values(True)
        .row_height(0.8)
        .show_value(common_model.VisibilityMode.AUTO)
        .color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .legend(common.VizLegendOptions().show_legend(False).display_mode(common_model.LegendDisplayMode.LIST))
        .tooltip(common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.SINGLE))
    )


def table_panel(_: Drawing) -> table.Panel:
    """Labels and values in columns."""
    return table.Panel().show_header(True).cell_height(common_model.TableCellHeight.SM)
