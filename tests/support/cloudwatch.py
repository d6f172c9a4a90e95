"""A made-up service with one of everything that the CloudWatch module can hold, and texts that must stay texts."""

import re
from decimal import Decimal
from typing import Any

import pygohcl

from mlmon.targets.cloudwatch.alarm import (
    AllOf,
    AnyOf,
    CompositeAlarm,
    InState,
    MetricAlarm,
    MetricQuery,
    MetricStat,
    Not,
    Suppressor,
)
from mlmon.targets.cloudwatch.budget import Budget, CostMonitor, Notification
from mlmon.targets.cloudwatch.dashboard import Dashboard
from mlmon.targets.cloudwatch.logs import LogsQuery
from mlmon.targets.cloudwatch.terraform import Module, Service
from mlmon.targets.cloudwatch.topic import ALARMS, BUDGETS, COST_ALERTS, SnsTopic
from mlmon.targets.cloudwatch.widgets import AlarmWidget, LogWidget, MetricWidget, TextWidget

DIMENSIONS = {"EndpointName": "fraud-detector-prod", "VariantName": "AllTraffic"}
LOG_GROUP = "/aws/sagemaker/Endpoints/fraud-detector-prod"


def stat(metric: str, name: str = "Sum", period: int = 60) -> MetricStat:
    return MetricStat(namespace="AWS/SageMaker", metric=metric, dimensions=DIMENSIONS, stat=name, period=period)


LATENCY = MetricAlarm(
    name="fraud-detector-latency-p99",
    description='p99 above 500 ms; not "${var.tags}" nor %{if true}\nhttps://runbooks.example.com/latency',
    namespace="AWS/SageMaker",
    metric="ModelLatency",
    dimensions=DIMENSIONS,
    extended_statistic="p99",
    period=60,
    comparison_operator="GreaterThanThreshold",
    threshold=Decimal("500000"),
    evaluation_periods=5,
    datapoints_to_alarm=3,
    treat_missing_data="notBreaching",
    evaluate_low_sample_count_percentiles="ignore",
    ok_actions=("ticket",),
    alarm_actions=("ticket",),
    tags={"service": "fraud-detector", "cost center": "ml"},
)
ERRORS = MetricAlarm(
    name="fraud-detector-errors",
    metric_queries=(
        MetricQuery(id="ratio", expression="IF(all > 0, FILL(bad, 0) / all, 0)", label="errors", return_data=True),
        MetricQuery(id="bad", metric=stat("Invocation5XXErrors")),
        MetricQuery(id="all", metric=stat("Invocations")),
    ),
    comparison_operator="GreaterThanThreshold",
    threshold=Decimal("0.001"),
    evaluation_periods=5,
    datapoints_to_alarm=3,
    treat_missing_data="notBreaching",
)
TRAFFIC = MetricAlarm(
    name="fraud-detector-traffic-lost",
    metric_queries=(
        MetricQuery(id="band", expression="ANOMALY_DETECTION_BAND(all, 2)", label="expected", return_data=True),
        MetricQuery(id="all", metric=stat("Invocations", period=300), return_data=True),
    ),
    comparison_operator="LessThanLowerThreshold",
    threshold_metric_id="band",
    evaluation_periods=3,
    datapoints_to_alarm=3,
    treat_missing_data="breaching",
)
CPU = MetricAlarm(
    name="fraud-detector-cpu",
    namespace="/aws/sagemaker/Endpoints",
    metric="CPUUtilization",
    dimensions=DIMENSIONS,
    statistic="Average",
    period=300,
    comparison_operator="GreaterThanThreshold",
    threshold=Decimal(340),
    evaluation_periods=3,
    datapoints_to_alarm=3,
)
SYMPTOMS = CompositeAlarm(name="fraud-detector-symptoms", rule=AnyOf((InState(alarm=LATENCY), InState(alarm=ERRORS))))
PAGE = CompositeAlarm(
    name="fraud-detector-page",
    description="Users are hurt, and traffic has not simply gone.",
    rule=AllOf((AnyOf((InState(alarm=SYMPTOMS), InState(alarm=ERRORS))), Not(InState(alarm=TRAFFIC)))),
    suppressor=Suppressor(alarm=CPU, wait_seconds=60, extension_seconds=120),
    alarm_actions=("page",),
    ok_actions=("page",),
)
DASHBOARD = Dashboard(
    name="fraud-detector",
    widgets=(
        TextWidget(markdown="# fraud-detector\n[runbooks](https://runbooks.example.com)"),
        AlarmWidget(title="Alarms", alarms=(LATENCY, ERRORS, PAGE)),
        MetricWidget(
            title="Latency",
            queries=(MetricQuery(id="p99", metric=stat("ModelLatency", "p99"), label="p99", return_data=True),),
            thresholds=(("page", Decimal(500000)),),
            unit="µs",
        ),
        MetricWidget(title="Errors", queries=ERRORS.metric_queries, thresholds=(("page", Decimal("0.001")),)),
        LogWidget(title="Slowest", query="fields @message\n| sort latency desc", log_groups=(LOG_GROUP,)),
    ),
)
SLOWEST = LogsQuery(
    name="mlmon/fraud-detector/slowest requests",
    query="fields @timestamp, @message\n| filter latency > 500 # ${not} a template\n| sort latency desc\n| limit 20",
    log_groups=(LOG_GROUP,),
)
FRAUD = Service(
    name="fraud-detector",
    source="specs/fraud-detector.yaml",
    alarms=(LATENCY, ERRORS, TRAFFIC, CPU),
    composites=(SYMPTOMS, PAGE),
    dashboards=(DASHBOARD,),
    queries=(SLOWEST,),
    budget=Budget(
        name="fraud-detector-costs",
        tag=("model", "fraud detector"),
        usd=Decimal("1500.50"),
        notifications=(
            Notification("ACTUAL", Decimal(80), "ticket"),
            Notification("FORECASTED", Decimal("112.5"), "page"),
        ),
    ),
    cost_monitor=CostMonitor(
        name="fraud-detector-costs", tag=("model", "fraud detector"), usd=Decimal(100), topic="ticket"
    ),
)
PAGE_TOPIC = SnsTopic(key="page", name="mlmon-page")
TICKET_TOPIC = SnsTopic(key="ticket", name="mlmon-ticket", publishers=(ALARMS, BUDGETS, COST_ALERTS))
EXAMPLE = Module(source="mlmon.yaml", topics=(PAGE_TOPIC, TICKET_TOPIC), services=(FRAUD,))


def encoded(text: str, resource: str) -> Any:
    """What the first jsonencode(...) of a resource holds, references as text."""
    found = re.search(rf'resource "{resource}" .*?jsonencode\((.*?\n  \}})\)', text, re.DOTALL)
    assert found
    return pygohcl.loads(f"a = {found[1]}\n", keep_interpolations=True)["a"]
