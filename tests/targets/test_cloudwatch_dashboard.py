"""Dashboards: widgets in the grid, graphs of the same queries as the alarms, references instead of names."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlmon.targets.cloudwatch.alarm import MetricQuery
from mlmon.targets.cloudwatch.dashboard import COLUMNS, Dashboard, dashboard_problems, positions
from mlmon.targets.cloudwatch.terraform import render_module
from mlmon.targets.cloudwatch.widgets import AlarmWidget, LogWidget, MetricWidget, TextWidget, Widget
from tests.support.cloudwatch import ERRORS, EXAMPLE, PAGE, encoded

FILES = render_module(EXAMPLE)


def test_the_dashboard_refers_to_alarms_and_region() -> None:
    _, _, alarms, latency, errors, logs = encoded(FILES["fraud-detector.tf"], "aws_cloudwatch_dashboard")["widgets"]
    assert alarms["properties"]["alarms"][2] == "aws_cloudwatch_composite_alarm.fraud_detector_page.arn"
    assert {widget["properties"]["region"] for widget in (latency, errors, logs)} == {"var.region"}
    assert logs["properties"]["query"].startswith("SOURCE '/aws/sagemaker/Endpoints/fraud-detector-prod' | fields")
    assert latency["properties"]["annotations"] == {"horizontal": [{"label": "page", "value": 500000}]}
    assert latency["properties"]["yAxis"] == {"left": {"label": "µs", "showUnits": False}}


def test_a_graph_draws_what_returns_data_and_hides_what_feeds_it() -> None:
    errors = encoded(FILES["fraud-detector.tf"], "aws_cloudwatch_dashboard")["widgets"][4]["properties"]["metrics"]
    dimensions = ["EndpointName", "fraud-detector-prod", "VariantName", "AllTraffic"]
    assert errors == [
        [{"expression": ERRORS.metric_queries[0].expression, "id": "ratio", "label": "errors"}],
        [
            *("AWS/SageMaker", "Invocation5XXErrors", *dimensions),
            {"id": "bad", "visible": False, "stat": "Sum", "period": 60},
        ],
        [*("AWS/SageMaker", "Invocations", *dimensions), {"id": "all", "visible": False, "stat": "Sum", "period": 60}],
    ]


sizes = st.tuples(st.integers(1, COLUMNS), st.integers(1, 30))


@given(st.lists(sizes.map(lambda size: TextWidget(markdown="", width=size[0], height=size[1]))))
def test_widgets_stay_in_the_grid_and_never_overlap(widgets: list[TextWidget]) -> None:
    taken: set[tuple[int, int]] = set()
    for widget, (x, y) in zip(widgets, positions(tuple(widgets)), strict=True):
        cells = set(itertools.product(range(x, x + widget.width), range(y, y + widget.height)))
        assert x + widget.width <= COLUMNS
        assert not cells & taken
        taken |= cells


def test_widgets_fill_a_row_before_the_next() -> None:
    widths = (12, 12, 8, 8, 8, 24)
    placed = positions(tuple(TextWidget(markdown="", width=width, height=3) for width in widths))
    assert list(placed) == [(0, 0), (12, 0), (0, 3), (8, 3), (16, 3), (0, 6)]


P99 = MetricQuery(id="p99", expression="x", return_data=True)
WIDGETS: list[tuple[Widget, str]] = [
    (TextWidget(markdown="t", width=25), "widget 't': the size 25 x 2 does not fit the grid of 24 x 1000"),
    (TextWidget(markdown="t", height=0), "widget 't': the size 24 x 0 does not fit the grid of 24 x 1000"),
    (AlarmWidget(title="t", alarms=()), "widget 't': 0 alarms, 1 to 100 are allowed"),
    (AlarmWidget(title="t", alarms=(PAGE,) * 101), "widget 't': 101 alarms, 1 to 100 are allowed"),
    (MetricWidget(title="t", queries=()), "widget 't': 0 metrics, 1 to 500 are allowed"),
    (MetricWidget(title="t", queries=(P99,) * 501), "widget 't': 501 metrics, 1 to 500 are allowed"),
    (
        LogWidget(title="t", query="x", log_groups=("a' | x",)),
        """widget 't': the log group "a' | x" must be 1 to 512 ASCII letters, digits and any of . - _ / #""",
    ),
]


@pytest.mark.parametrize(("widget", "sentence"), WIDGETS)
def test_limits_of_widgets(widget: Widget, sentence: str) -> None:
    assert list(dashboard_problems(Dashboard(name="d", widgets=(widget,)))) == [sentence]


def test_limits_of_dashboards() -> None:
    graph = MetricWidget(title="t", queries=(P99,) * 500)
    assert list(dashboard_problems(Dashboard(name="d", widgets=(graph,) * 5))) == []
    assert list(dashboard_problems(Dashboard(name="d", widgets=(graph,) * 6))) == ["3000 metrics are more than 2500"]
    many = Dashboard(name="d", widgets=(TextWidget(markdown=""),) * 500)
    assert list(dashboard_problems(many)) == ["500 widgets and the notice are more than 500"]
    assert list(dashboard_problems(replace(many, widgets=many.widgets[1:]))) == []
