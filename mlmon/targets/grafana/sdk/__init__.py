"""The one place that touches grafana-foundation-sdk: our drawings in, classic dashboard JSON out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlmon.targets.grafana import normalise
from mlmon.targets.grafana.drawing import PROMETHEUS
from mlmon.targets.grafana.sdk.load import common_model, dashboard, model
from mlmon.targets.grafana.sdk.panels import data_link, grid, panel, plain
from mlmon.targets.grafana.sdk.targets import source

if TYPE_CHECKING:
    from mlmon.targets.grafana.drawing import Annotation, Link, Page, Variable
    from mlmon.targets.grafana.layout import PlacedRow


def page(item: Page, rows: list[PlacedRow]) -> dict[str, Any]:
    """Return a dashboard whose panels have their places."""
    built = (
        dashboard.Dashboard(item.title)
        .uid(item.uid)
        .description(item.description)
        .tags(list(item.tags))
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time(f"now-{item.range}", "now")
        .refresh("1m")
        .timezone("browser")
        .variables([_variable(variable) for variable in item.variables])
        .annotations([_builtin(), *(_annotation(annotation) for annotation in item.annotations)])
        .links([_dropdown(), *(_dashboard_link(link) for link in item.links)])
    )
    data = normalise.dashboard(plain(built.build()))
    data["panels"] = [entry for row in rows for entry in _row(row)]
    return data


def _row(row: PlacedRow) -> list[dict[str, Any]]:
    panels = [panel(placed) for placed in row.panels]
    if not row.section.title:
        return panels
    built = dashboard.Row(row.section.title).id(row.id).collapsed(row.section.collapsed).grid_pos(grid(row.box))
    heading = plain(built.build())
    # The panels of an open row are its siblings; only a closed one holds them.
    heading["panels"] = panels if row.section.collapsed else []
    return [heading] if row.section.collapsed else [heading, *panels]


def _dashboard_link(link: Link) -> dashboard.DashboardLink:
    return data_link(link).type(model.DashboardLinkType.LINK).icon("dashboard").keep_time(True)


def _dropdown() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Services").type(model.DashboardLinkType.DASHBOARDS).tags(["mlmon"])
    return link.as_dropdown(True).keep_time(True)


def _variable(item: Variable) -> dashboard.DatasourceVariable | dashboard.QueryVariable | dashboard.CustomVariable:
    if item.datasource:
        current = model.VariableOption(text="default", value="default")
        return dashboard.DatasourceVariable(item.name).label(item.label).type(item.query).current(current)
    everything = model.VariableOption(text="All", value="$__all")
    if item.values:
        return (
            dashboard.CustomVariable(item.name)
            .label(item.label)
            .description(item.description)
            .values(",".join(item.values))
            .options([everything, *(model.VariableOption(text=value, value=value) for value in item.values)])
            .multi(True)
            .include_all(True)
            .all_value(item.everything)
            .current(everything)
        )
    return (
        dashboard.QueryVariable(item.name)
        .label(item.label)
        .description(item.description)
        .query({"query": item.query, "refId": item.name})
        .definition(item.query)
        .datasource(source(PROMETHEUS))
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
        .datasource(source(PROMETHEUS))
        .enable(True)
        .icon_color(item.colour)
        .expr(item.expr)
        .step("60s")
        .title_format(item.title)
        .text_format(item.text)
        .tag_keys(item.tags)
    )
