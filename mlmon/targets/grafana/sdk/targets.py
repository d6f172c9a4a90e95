"""Targets of panels, and the data sources that they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.targets.grafana.drawing import CLOUDWATCH, PROMETHEUS, MetricMath, MetricStat, Query
from mlmon.targets.grafana.sdk.load import PromQueryFormat, cloudwatch, cloudwatch_model, common_model, prometheus

if TYPE_CHECKING:
    from mlmon.targets.grafana.drawing import Target

_TYPES: Final = {PROMETHEUS: "prometheus", CLOUDWATCH: "cloudwatch"}


def source(variable: str) -> common_model.DataSourceRef:
    """Return a reference to the data source that a variable chooses."""
    return common_model.DataSourceRef(_TYPES[variable], f"${{{variable}}}")


def target(asked: Target, ref: str) -> prometheus.Dataquery | cloudwatch.MetricsQuery:
    """Return one target of a panel."""
    match asked:
        case Query():
            return _promql(asked, ref)
        case MetricStat():
            return _metric(asked, ref)
        case MetricMath():
            return (
                _cloudwatch(ref, asked.id, asked.region, cloudwatch_model.MetricEditorMode.CODE)
                .expression(asked.expression)
                .label(asked.label)
            )


def _promql(query: Query, ref: str) -> prometheus.Dataquery:
    built = prometheus.Dataquery().ref_id(ref).expr(query.expr).format(PromQueryFormat(query.format))
    built.datasource(source(PROMETHEUS))
    if query.legend:
        built.legend_format(query.legend)
    if query.min_step:
        built.interval(query.min_step)
    if query.exemplar:
        built.exemplar(True)
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


def _cloudwatch(ref: str, ident: str, region: str, mode: cloudwatch_model.MetricEditorMode) -> cloudwatch.MetricsQuery:
    return (
        cloudwatch.MetricsQuery()
        .ref_id(ref)
        .id(ident)
        .region(region)
        .datasource(source(CLOUDWATCH))
        .query_mode(cloudwatch_model.QueryMode.METRICS)
        .metric_query_type(cloudwatch_model.MetricQueryType.SEARCH)
        .metric_editor_mode(mode)
    )
