"""The one module that touches grafana-foundation-sdk: our drawings in, classic dashboard JSON out.

Written against 0.0.21, the SDK's only line for all Grafana versions. Its classic model warns on import because v2 is to
succeed it; file provisioning and the Helm chart's sidecar do not load v2 yet, so the warning is silenced here.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mlmon.targets.grafana import normalise
from mlmon.targets.grafana.drawing import CLOUDWATCH, PROMETHEUS, MetricMath, MetricStat, Query

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.builders import (
        cloudwatch,
        common,
        dashboard,
        heatmap,
        prometheus,
        stat,
        statetimeline,
        table,
        timeseries,
    )
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models import cloudwatch as cloudwatch_model
    from grafana_foundation_sdk.models import common as common_model
    from grafana_foundation_sdk.models import dashboard as model
    from grafana_foundation_sdk.models import heatmap as heatmap_model
    from grafana_foundation_sdk.models.prometheus import PromQueryFormat

if TYPE_CHECKING:
    from mlmon.targets.grafana.drawing import Annotation, Drawing, Link, Page, Target, Variable
    from mlmon.targets.grafana.layout import Box, Placed, PlacedRow

_AnyPanel = TypeVar(
    "_AnyPanel", timeseries.Panel, stat.Panel, heatmap.Panel, statetimeline.Panel, table.Panel
)  # fmt: skip
_Built = timeseries.Panel | stat.Panel | heatmap.Panel | statetimeline.Panel | table.Panel
_TYPES: Final = {PROMETHEUS: "prometheus", CLOUDWATCH: "cloudwatch"}
_LAST: Final = "lastNotNull"


def page(item: Page, rows: list[PlacedRow]) -> dict[str, Any]:
    """Return a dashboard whose panels have their places."""
    built = (
        dashboard.Dashboard(item.title)
        .uid(item.uid)
        .description(item.description)
        .tags(list(item.tags))
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time("now-6h", "now")
        .refresh("1m")
        .timezone("browser")
        .variables([_variable(variable) for variable in item.variables])
        .annotations([_builtin(), *(_annotation(annotation) for annotation in item.annotations)])
        .links([_dropdown(), *(_dashboard_link(link) for link in item.links)])
    )
    data = normalise.dashboard(_plain(built.build()))
    data["panels"] = [entry for row in rows for entry in _row(row)]
    return data


def _plain(built: object) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(built, cls=JSONEncoder, allow_nan=False))
    return data


def _row(row: PlacedRow) -> list[dict[str, Any]]:
    panels = [_panel(placed) for placed in row.panels]
    if not row.section.title:
        return panels
    built = dashboard.Row(row.section.title).id(row.id).collapsed(row.section.collapsed).grid_pos(_grid(row.box))
    heading = _plain(built.build())
    # The panels of an open row are its siblings; only a closed one holds them.
    heading["panels"] = panels if row.section.collapsed else []
    return [heading] if row.section.collapsed else [heading, *panels]


def _panel(placed: Placed) -> dict[str, Any]:
    drawing = placed.drawing
    builder = _framed(_KINDS[drawing.kind](drawing), drawing)
    builder.id(placed.id).grid_pos(_grid(placed.box))
    return normalise.panel(_plain(builder.build()))


def _framed(builder: _AnyPanel, drawing: Drawing) -> _AnyPanel:
    """What every kind of panel has."""
    builder.title(drawing.title).description(drawing.description).datasource(_source(drawing.source))
    for index, target in enumerate(drawing.targets):
        builder.with_target(_target(target, chr(ord("A") + index)))
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
        builder.with_override(model.MatcherConfig(override.matcher, override.field), properties)
    if drawing.transformations:
        builder.transformations([model.DataTransformerConfig(key, options=value) for key, value in drawing.transformations])
    return builder.links([_data_link(link) for link in drawing.links])


def _grid(box: Box) -> model.GridPos:
    return model.GridPos(h=box.h, w=box.w, x=box.x, y=box.y)


def _source(variable: str) -> common_model.DataSourceRef:
    return common_model.DataSourceRef(_TYPES[variable], f"${{{variable}}}")


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


def _target(target: Target, ref: str) -> prometheus.Dataquery | cloudwatch.MetricsQuery:
    match target:
        case Query():
            return _promql(target, ref)
        case MetricStat():
            return _metric(target, ref)
        case MetricMath():
            return (
                _cloudwatch(ref, target.id, target.region, cloudwatch_model.MetricEditorMode.CODE)
                .expression(target.expression)
                .label(target.label)
            )


def _promql(query: Query, ref: str) -> prometheus.Dataquery:
    built = prometheus.Dataquery().ref_id(ref).expr(query.expr).format(PromQueryFormat(query.format))
    built.datasource(_source(PROMETHEUS))
    if query.legend:
        built.legend_format(query.legend)
    if query.min_step:
        built.interval(query.min_step)
    return built.instant() if query.instant else built.range()


def _metric(target: MetricStat, ref: str) -> cloudwatch.MetricsQuery:
    return (
        _cloudwatch(ref, target.id, target.region, cloudwatch_model.MetricEditorMode.BUILDER)
        .namespace(target.namespace)
        .metric_name(target.metric)
        .dimensions(dict(target.dimensions))
        .match_exact(True)
        .statistic(target.statistic)
        .hide(True)
    )


def _cloudwatch(
    ref: str, ident: str, region: str, mode: cloudwatch_model.MetricEditorMode
) -> cloudwatch.MetricsQuery:
    return (
        cloudwatch.MetricsQuery()
        .ref_id(ref)
        .id(ident)
        .region(region)
        .datasource(_source(CLOUDWATCH))
        .query_mode(cloudwatch_model.QueryMode.METRICS)
        .metric_query_type(cloudwatch_model.MetricQueryType.SEARCH)
        .metric_editor_mode(mode)
    )


def _timeseries(drawing: Drawing) -> timeseries.Panel:
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
        .calcs([_LAST])
    )


def _tooltip() -> common.VizTooltipOptions:
    return (
        common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.MULTI).sort(common_model.SortOrder.DESCENDING)
    )


def _stat(drawing: Drawing) -> stat.Panel:
    graph = common_model.BigValueGraphMode.AREA if drawing.sparkline else common_model.BigValueGraphMode.NONE
    text = common_model.BigValueTextMode.VALUE_AND_NAME if drawing.names else common_model.BigValueTextMode.VALUE
    return (
        stat.Panel()
        .reduce_options(common.ReduceDataOptions().calcs([_LAST]).fields("").values(False))
        .color_mode(common_model.BigValueColorMode.VALUE)
        .graph_mode(graph)
        .text_mode(text)
        .justify_mode(common_model.BigValueJustifyMode.AUTO)
        .orientation(common_model.VizOrientation.AUTO)
    )


def _heatmap(drawing: Drawing) -> heatmap.Panel:
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


def _states(_: Drawing) -> statetimeline.Panel:
    return (
        statetimeline.Panel()
        .merge_values(True)
        .row_height(0.8)
        .show_value(common_model.VisibilityMode.AUTO)
        .color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .legend(common.VizLegendOptions().show_legend(False).display_mode(common_model.LegendDisplayMode.LIST))
        .tooltip(common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.SINGLE))
    )


def _table(drawing: Drawing) -> table.Panel:
    built = table.Panel().show_header(True).cell_height(common_model.TableCellHeight.SM)
    if drawing.sort:
        field, descending = drawing.sort
        built.sort_by([common.TableSortByFieldState().display_name(field).desc(descending)])
    return built


_KINDS: Final = {
    "timeseries": _timeseries,
    "stat": _stat,
    "heatmap": _heatmap,
    "state-timeline": _states,
    "table": _table,
}


def _data_link(link: Link) -> dashboard.DashboardLink:
    return dashboard.DashboardLink(link.title).url(link.url).target_blank(link.new_tab)


def _dashboard_link(link: Link) -> dashboard.DashboardLink:
    return _data_link(link).type(model.DashboardLinkType.LINK).icon("dashboard").keep_time(True)


def _dropdown() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Services").type(model.DashboardLinkType.DASHBOARDS).tags(["mlmon"])
    return link.as_dropdown(True).keep_time(True)


def _variable(item: Variable) -> dashboard.DatasourceVariable | dashboard.QueryVariable:
    if item.datasource:
        current = model.VariableOption(text="default", value="default")
        return dashboard.DatasourceVariable(item.name).label(item.label).type(item.query).current(current)
    everything = model.VariableOption(text="All", value="$__all")
    return (
        dashboard.QueryVariable(item.name)
        .label(item.label)
        .description(item.description)
        .query({"query": item.query, "refId": item.name})
        .definition(item.query)
        .datasource(_source(PROMETHEUS))
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(everything)
    )


def _builtin() -> dashboard.AnnotationQuery:
    source = common_model.DataSourceRef("grafana", "-- Grafana --")
    built = dashboard.AnnotationQuery().name("Annotations & Alerts").datasource(source).built_in(1).type("dashboard")
    return built.enable(True).hide(True).icon_color("rgba(0, 211, 255, 1)")


def _annotation(item: Annotation) -> dashboard.AnnotationQuery:
    return (
        dashboard.AnnotationQuery()
        .name(item.name)
        .datasource(_source(PROMETHEUS))
        .enable(True)
        .icon_color(item.colour)
        .expr(item.expr)
        .step("60s")
        .title_format(item.title)
        .text_format(item.text)
        .tag_keys(item.tags)
    )
